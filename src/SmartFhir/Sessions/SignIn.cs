using SmartFhir.Authorization;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;

namespace SmartFhir.Sessions;

/// <summary>
/// Makes a session of an authorization response: trades the code, validates the id_token, compares the scopes, resolves who signed in.
/// </summary>
/// <param name="http">The session's own client; the session disposes it.</param>
/// <param name="configuration">The server.</param>
/// <param name="client">Says who the client is.</param>
/// <param name="keys">Reads the issuer's keys.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Called with what the person should know although the sign-in worked.</param>
public sealed class SignIn(HttpClient http, SmartConfiguration configuration, IClientAuthentication client, JsonWebKeySource keys, TimeProvider time, Action<string> warn)
{
    /// <summary>Plain http beyond loopback is accepted in the session's requests too.</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>Completes the sign-in.</summary>
    /// <exception cref="SmartException">Any check of the protocol that fails.</exception>
    public async Task<SmartSession> CompleteAsync(AuthorizationRequest request, AuthorizationResponse response, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var tokens = new TokenClient(http, configuration, client);
        TokenResponse answer = await tokens.ExchangeCodeAsync(request, response, cancellationToken);
        IReadOnlyDictionary<string, object?>? claims = await IdentityAsync(request, answer, cancellationToken);
        WarnOfMissingScopes(request.Scopes, answer);
        TokenSet token = TokenSet.From(answer, request.Scopes, time.GetUtcNow()) with { IdTokenClaims = claims };
        return new SmartSession(configuration, client.ClientId, name, request.Scopes, token, new RefreshTokenRenewal(tokens, time), http, time)
        {
            FhirUser = ResolveFhirUser(claims),
            AllowInsecureHttp = AllowInsecureHttp,
        };
    }

    private async Task<IReadOnlyDictionary<string, object?>?> IdentityAsync(AuthorizationRequest request, TokenResponse answer, CancellationToken cancellationToken)
    {
        if (answer.IdToken is null)
        {
            return null;
        }

        IReadOnlyDictionary<string, object?>? claims = await new IdTokenValidator(keys, time)
            .ValidateAsync(answer.IdToken, configuration, client.ClientId, request.Nonce, answer.AccessToken, cancellationToken);
        if (claims is null)
        {
            warn("The server sent an id_token, but publishes no issuer or no keys to check it with (issuer and jwks_uri are missing in its configuration). Who signed in is therefore not shown.");
        }

        return claims;
    }

    private void WarnOfMissingScopes(IReadOnlyList<string> asked, TokenResponse answer)
    {
        IReadOnlyList<string> missing = ScopeComparison.Missing(asked, answer);
        if (missing.Count == 0)
        {
            return;
        }

        IEnumerable<string> parts = missing.Select(scope => ScopeComparison.PartsOf(scope, answer.Scope) is { Count: > 0 } granted
            ? $"{scope} (granted in part: {string.Join(' ', granted)})"
            : scope);
        warn($"The server did not grant everything that was asked for. Missing: {string.Join(", ", parts)}.");
    }

    /// <summary>
    /// <c>fhirUser</c> is a URL, absolute or relative to the FHIR base (SMART App Launch 2.2, "Scopes for requesting identity data").
    /// Some servers write <c>Patient/undefined</c>: nobody is to be looked up by that.
    /// </summary>
    private string? ResolveFhirUser(IReadOnlyDictionary<string, object?>? claims)
    {
        if (claims is null)
        {
            return null;
        }

        string? value = claims.GetValueOrDefault("fhirUser") as string ?? claims.GetValueOrDefault("profile") as string;
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        string[] parts = value.Split('/', StringSplitOptions.RemoveEmptyEntries);
        bool usable = parts.Length >= 2
            && parts[^2] is "Patient" or "Practitioner" or "PractitionerRole" or "RelatedPerson" or "Person" or "Device"
            && parts[^1] is not ("undefined" or "null" or "None" or "nil");
        var fhirBase = new Uri(configuration.Aud.TrimEnd('/') + "/");
        if (!usable || !Uri.TryCreate(fhirBase, value, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            warn($"The server names '{new string([.. value.Where(character => !char.IsControl(character)).Take(200)])}' as the person who signed in (fhirUser). That is not a usable reference, so FhirUser stays empty. Sign in with an account that is linked to a FHIR resource.");
            return null;
        }

        return uri.AbsoluteUri;
    }
}
