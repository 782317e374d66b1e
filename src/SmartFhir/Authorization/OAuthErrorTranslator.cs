namespace SmartFhir.Authorization;

/// <summary>The step of the sign-in at which an error came.</summary>
public enum AuthorizationStep
{
    /// <summary>The authorization endpoint, through the browser.</summary>
    Authorize,

    /// <summary>The exchange of the code at the token endpoint.</summary>
    CodeExchange,

    /// <summary>A refresh at the token endpoint.</summary>
    Refresh,

    /// <summary>A service's request for its own token (client_credentials).</summary>
    ClientCredentials,

    /// <summary>A sign-in on another device (RFC 8628).</summary>
    DeviceCode,

    /// <summary>An authorization request that is handed over before the browser opens (RFC 9126).</summary>
    PushedAuthorization,

    /// <summary>The question what a token is good for (RFC 7662).</summary>
    Introspection,

    /// <summary>The withdrawal of a token (RFC 7009).</summary>
    Revocation,
}

/// <summary>What the request was about, for messages that name the value to correct.</summary>
/// <param name="Step">The step.</param>
/// <param name="Endpoint">The endpoint asked.</param>
/// <param name="ClientId">The client id sent.</param>
/// <param name="Aud">The aud sent.</param>
/// <param name="RedirectUri">The redirect URI sent; null for a refresh.</param>
/// <param name="Scopes">The scopes asked for.</param>
public sealed record OAuthErrorContext(AuthorizationStep Step, Uri Endpoint, string ClientId, string Aud, Uri? RedirectUri, IReadOnlyList<string> Scopes);

/// <summary>
/// Turns an OAuth error into one readable failure with what to do about it. Servers put what is really wrong into
/// <c>error_description</c> as often as into <c>error</c>, so both are read.
/// </summary>
public static class OAuthErrorTranslator
{
    /// <summary>The failure for <paramref name="error"/>.</summary>
    public static OAuthException Translate(OAuthError error, OAuthErrorContext context)
    {
        (SmartErrorCode code, string what, string remedy) = Explain(error, context);
        string said = error switch
        {
            { Error: { } name, Description: { } text } => $"{name}: {text}",
            { Error: { } name } => name,
            { Description: { } text, StatusCode: { } status } => $"HTTP {(int)status}, {text}",
            { Description: { } text } => text,
            { StatusCode: { } status } => $"HTTP {(int)status} without an explanation",
            _ => "an error without an explanation",
        };
        string more = error.ErrorUri is null ? "" : $" More: {error.ErrorUri}";
        return new OAuthException(code, $"{what} The server said: {said.TrimEnd('.')}.{more}", error, context.Endpoint, remedy);
    }

    private static (SmartErrorCode Code, string What, string Remedy) Explain(OAuthError error, OAuthErrorContext context)
    {
        string host = context.Endpoint.Host;
        if (Mentions(error, "redirect") && error.Error is not "access_denied")
        {
            return (
                SmartErrorCode.RedirectUriInvalid,
                $"{host} does not accept the redirect address {context.RedirectUri?.OriginalString}.",
                $"Register exactly {context.RedirectUri?.OriginalString} for client '{context.ClientId}' (scheme, host, port and path are compared), or give -RedirectUri the address that is registered.");
        }

        if (Mentions(error, "code_verifier", "code verifier", "code_challenge", "code challenge", "pkce"))
        {
            return (
                SmartErrorCode.PkceMismatch,
                $"{host} says that the PKCE code verifier does not fit the code challenge.",
                "Run Connect-SmartFhir again. If it happens every time, something between here and the server (a proxy, another listener on the redirect port) exchanges the codes of different sign-ins.");
        }

        if (Mentions(error, "aud ", "'aud'", "\"aud\"", "audience", " aud", "resource indicator", "invalid_resource"))
        {
            return (
                SmartErrorCode.AudienceInvalid,
                $"{host} does not accept the aud '{context.Aud}'.",
                "Give -Aud exactly as the server publishes its FHIR base URL: scheme, host, path, version and trailing slash are compared. The server's CapabilityStatement (implementation.url) or its developer portal shows it.");
        }

        return error.Error switch
        {
            "access_denied" => (
                SmartErrorCode.AccessDenied,
                "Access was denied: the person declined, or the server's policy does not allow it.",
                "Run Connect-SmartFhir again and allow the access, ask for fewer scopes with -Scope, or ask the server's operator why the account may not use this client."),
            "invalid_scope" => (
                SmartErrorCode.ScopeInvalid,
                $"{host} does not accept the scopes '{string.Join(' ', context.Scopes)}'.",
                "Ask only for scopes that the client is registered for, in the server's syntax (patient/Observation.rs in SMART 2, patient/Observation.read in SMART 1; some servers refuse patient/*): -Scope. Get-SmartConfiguration shows ScopesSupported."),
            "unauthorized_client" => (
                SmartErrorCode.ClientUnauthorized,
                $"{host} does not allow client '{context.ClientId}' to sign in this way.",
                $"In the server's registration, publish or activate the client and allow the {GrantOf(context.Step)} grant for it. A new registration can take hours until every server knows it."),
            "invalid_client" => (
                SmartErrorCode.ClientInvalid,
                $"{host} does not know client '{context.ClientId}', or expects it to authenticate.",
                "Check that -ClientId belongs to this environment (sandbox and production have different ids), that the registration is published and has reached the server (this can take hours), and that it is registered the way it signs in: "
                    + "a public client without, a confidential one with -ClientSecret or -ClientKey; for a key, that its public part (Get-SmartClientJwks) and key id are registered."),
            "invalid_grant" when context.Step == AuthorizationStep.Refresh => (
                SmartErrorCode.TokenExpired,
                "The refresh token is no longer valid: it expired, was revoked, or was used already.",
                $"Sign in again: Connect-SmartFhir -ClientId '{context.ClientId}' -Aud '{context.Aud}'."),
            "invalid_grant" => (
                SmartErrorCode.GrantInvalid,
                $"{host} does not accept the authorization code: it expired, was used already, or belongs to another client or redirect address.",
                "Run Connect-SmartFhir again and finish signing in without a long pause; codes live for about a minute."),
            "login_required" or "interaction_required" or "consent_required" or "account_selection_required" => (
                SmartErrorCode.AuthorizationError,
                $"{host} needs the person to act, but the request did not allow it to ask.",
                "Run Connect-SmartFhir without '-Prompt none'."),
            "server_error" or "temporarily_unavailable" => (
                SmartErrorCode.AuthorizationError,
                $"{host} could not handle the sign-in.",
                "Try again in a few minutes. If it lasts, report it to the server's operator with the time of the request."),
            _ when context.Step == AuthorizationStep.Authorize => (
                SmartErrorCode.AuthorizationError,
                $"{host} refused the authorization request.",
                $"Compare the registration of client '{context.ClientId}' with what was asked: redirect address {context.RedirectUri?.OriginalString}, aud {context.Aud}, scopes {string.Join(' ', context.Scopes)}."),
            _ => (
                SmartErrorCode.TokenError,
                $"The token endpoint {context.Endpoint} refused the request.",
                $"Compare the registration of client '{context.ClientId}' with what was asked. If the answer names no reason, the server's operator finds it in the log by the time of the request."),
        };
    }

    private static string GrantOf(AuthorizationStep step) => step switch
    {
        AuthorizationStep.ClientCredentials => "client credentials (backend services)",
        AuthorizationStep.DeviceCode => "device code",
        _ => "authorization code (with PKCE)",
    };

    private static bool Mentions(OAuthError error, params string[] words) =>
        words.Any(word =>
            error.Description?.Contains(word, StringComparison.OrdinalIgnoreCase) == true
            || error.Error?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
