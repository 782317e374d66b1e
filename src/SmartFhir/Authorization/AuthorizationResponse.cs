using System.Security.Cryptography;
using System.Text;
using SmartFhir.Http;

namespace SmartFhir.Authorization;

/// <summary>
/// The answer of the authorization endpoint, as it arrived at the redirect URI. Nothing in it is to be believed before
/// <see cref="Belongs"/> and <see cref="RequireCode"/>.
/// </summary>
public sealed class AuthorizationResponse
{
    private readonly Dictionary<string, string> _values;

    private AuthorizationResponse(Dictionary<string, string> values) => _values = values;

    private string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Reads a query string or form body, with or without the leading question mark.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.AuthorizationResponseInvalid"/> when a parameter is there twice (RFC 6749 section 3.1).</exception>
    public static AuthorizationResponse Parse(string parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Dictionary<string, string> values = FormParameters.Parse(parameters, out string? duplicate);
        if (duplicate is not null)
        {
            throw new SmartException(
                SmartErrorCode.AuthorizationResponseInvalid,
                $"The authorization response holds the parameter '{Printable.Clip(duplicate, 40)}' twice.",
                remedy: "Run Connect-SmartFhir again. If it happens every time, report it to the server's operator.");
        }

        return new AuthorizationResponse(values);
    }

    /// <summary>True when the parameters look like an answer at all: a code or an error.</summary>
    public bool IsAnswer => this["code"] is { Length: > 0 } || this["error"] is { Length: > 0 };

    /// <summary>
    /// True when the answer repeats the state of <paramref name="request"/>: only then has it anything to do with this sign-in
    /// (SMART App Launch 2.2, "Obtain authorization code", Response). Compared in constant time.
    /// </summary>
    public bool Belongs(AuthorizationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(this["state"] ?? ""), Encoding.UTF8.GetBytes(request.State));
    }

    /// <summary>The authorization code, after every check.</summary>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.AuthorizationResponseInvalid"/> for a wrong state, a wrong or missing issuer, or no code;
    /// an <see cref="OAuthException"/> for an error of the server.
    /// </exception>
    internal string RequireCode(AuthorizationRequest request)
    {
        if (!Belongs(request))
        {
            throw new SmartException(
                SmartErrorCode.AuthorizationResponseInvalid,
                "The answer does not belong to this sign-in: its state is missing or differs from the one that was sent.",
                remedy: "Close old browser tabs of earlier sign-ins and run Connect-SmartFhir again. When pasting, paste the address of the sign-in that was just started.");
        }

        CheckIssuer(request);
        if (this["error"] is { Length: > 0 } error)
        {
            throw OAuthErrorTranslator.Translate(
                OAuthError.From(error, this["error_description"], this["error_uri"], null, this["code"]),
                new OAuthErrorContext(
                    AuthorizationStep.Authorize, request.Configuration.AuthorizationEndpoint!, request.ClientId, request.Configuration.Aud, request.RedirectUri, request.Scopes));
        }

        return this["code"] is { Length: > 0 } code
            ? code
            : throw new SmartException(
                SmartErrorCode.AuthorizationResponseInvalid,
                "The answer holds neither a code nor an error.",
                request.Configuration.AuthorizationEndpoint,
                "Run Connect-SmartFhir again. If it happens every time, report it to the server's operator.");
    }

    /// <summary>RFC 9207 section 2.4: compared to the letter; required when it was announced.</summary>
    private void CheckIssuer(AuthorizationRequest request)
    {
        string? issuer = this["iss"];
        string? expected = request.Configuration.Issuer;
        if (issuer is null)
        {
            if (request.Configuration.AuthorizationResponseIssParameterSupported)
            {
                throw new SmartException(
                    SmartErrorCode.AuthorizationResponseInvalid,
                    $"The server announces that it names itself in its answers (iss, RFC 9207), but this answer has no iss. It may come from another server than {request.Configuration.AuthorizationEndpoint}.",
                    request.Configuration.AuthorizationEndpoint,
                    "Do not continue with this answer. Run Connect-SmartFhir again and make sure that the address in the browser is the server's own.");
            }

            return;
        }

        if (expected is not null && !string.Equals(issuer, expected, StringComparison.Ordinal))
        {
            throw new SmartException(
                SmartErrorCode.AuthorizationResponseInvalid,
                $"The answer comes from the issuer '{Shorten(issuer)}', but the sign-in was started at '{expected}'.",
                request.Configuration.AuthorizationEndpoint,
                "Do not continue with this answer: another authorization server has answered (RFC 9207). Check that -Aud and the server's discovery name the same environment.");
        }
    }

    private static string Shorten(string text) => new([.. text.Where(character => !char.IsControl(character)).Take(200)]);
}
