using System.Net;

namespace SmartFhir.Authorization;

/// <summary>An error that an authorization server answered (RFC 6749 sections 4.1.2.1 and 5.2).</summary>
public sealed class OAuthException : SmartException
{
    /// <summary>Creates the exception.</summary>
    public OAuthException(SmartErrorCode code, string message, OAuthError error, Uri? requestUri, string? remedy)
        : base(code, message, requestUri, remedy)
    {
        Error = error.Error;
        ErrorDescription = error.Description;
        ErrorUri = error.ErrorUri;
        StatusCode = error.StatusCode;
    }

    /// <summary><c>error</c>; null when the server's answer had none.</summary>
    public string? Error { get; }

    /// <summary><c>error_description</c>, shortened and without control characters and secrets.</summary>
    public string? ErrorDescription { get; }

    /// <summary><c>error_uri</c>.</summary>
    public string? ErrorUri { get; }

    /// <summary>The HTTP status of the answer; null when the error came through the browser.</summary>
    public HttpStatusCode? StatusCode { get; }
}

/// <summary>The members of an OAuth error answer, already made fit to show.</summary>
/// <param name="Error"><c>error</c>.</param>
/// <param name="Description"><c>error_description</c>, or the text of a body that is not OAuth's.</param>
/// <param name="ErrorUri"><c>error_uri</c>.</param>
/// <param name="StatusCode">The HTTP status; null for an error that came through the browser.</param>
public sealed record OAuthError(string? Error, string? Description, string? ErrorUri, HttpStatusCode? StatusCode)
{
    private const int MaximumLength = 600;

    /// <summary>Makes an error of what a server sent: control characters out, long texts cut, secrets masked.</summary>
    /// <param name="error"><c>error</c>.</param>
    /// <param name="description"><c>error_description</c>.</param>
    /// <param name="errorUri"><c>error_uri</c>.</param>
    /// <param name="statusCode">The HTTP status, where there is one.</param>
    /// <param name="secrets">Values that the server may have repeated and that must not be shown.</param>
    public static OAuthError From(string? error, string? description, string? errorUri, HttpStatusCode? statusCode, params IEnumerable<string?> secrets)
    {
        string?[] hidden = [.. secrets];
        return new(Clean(error, hidden), Clean(description, hidden), Clean(errorUri, hidden), statusCode);
    }

    private static string? Clean(string? text, string?[] secrets)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        foreach (string secret in secrets.OfType<string>().Where(secret => secret.Length > 0))
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        string oneLine = string.Join(' ', new string([.. text.Select(character => char.IsControl(character) ? ' ' : character)])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return oneLine.Length > MaximumLength ? oneLine[..MaximumLength] + "…" : oneLine;
    }
}
