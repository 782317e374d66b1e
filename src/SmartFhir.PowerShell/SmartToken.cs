using System.Security;

namespace SmartFhir.PowerShell;

/// <summary>The access token of a session with what belongs to it. Written by Get-SmartToken.</summary>
public sealed class SmartToken
{
    /// <summary>The FHIR base URL that the token is for.</summary>
    public required string Aud { get; init; }

    /// <summary>The token: a SecureString, or a string when it was asked for with -AsPlainText.</summary>
    public required object AccessToken { get; init; }

    /// <summary>The scheme of the Authorization header, Bearer.</summary>
    public required string TokenType { get; init; }

    /// <summary>When the token ends; null when the server did not say.</summary>
    public DateTimeOffset? ExpiresOn { get; init; }

    /// <summary>The granted scopes.</summary>
    public required IReadOnlyList<string> Scope { get; init; }

    /// <summary>The logical id of the patient in context.</summary>
    public string? Patient { get; init; }

    /// <summary>The logical id of the encounter in context.</summary>
    public string? Encounter { get; init; }

    /// <summary>Who signed in, as an absolute URL.</summary>
    public string? FhirUser { get; init; }

    /// <summary>The claims of the validated id_token; null when there is none.</summary>
    public IReadOnlyDictionary<string, object?>? IdTokenClaims { get; init; }

    /// <summary>The server; never the token.</summary>
    public override string ToString() => $"Token for {Aud}";

    internal static SecureString Protect(string value)
    {
        var secure = new SecureString();
        foreach (char character in value)
        {
            secure.AppendChar(character);
        }

        secure.MakeReadOnly();
        return secure;
    }
}
