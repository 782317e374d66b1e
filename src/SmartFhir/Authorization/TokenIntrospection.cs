using System.Text.Json;
using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>What the server says of a token (RFC 7662 section 2.2; SMART App Launch 2.2, "Token Introspection").</summary>
/// <param name="Active">True when the token is good now. When false the server says nothing else.</param>
/// <param name="Claims">The other members of the answer; values are strings, numbers, booleans, lists and dictionaries.</param>
public sealed record TokenState(bool Active, IReadOnlyDictionary<string, object?> Claims);

/// <summary>Asks the introspection endpoint what a token is good for.</summary>
/// <param name="http">Sends the request; follows no redirects.</param>
/// <param name="configuration">The server.</param>
/// <param name="client">Says who the client is.</param>
public sealed class TokenIntrospection(HttpClient http, SmartConfiguration configuration, IClientAuthentication client)
{
    private readonly OAuthSender _sender = new(client);

    /// <summary>Asks.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.EndpointMissing"/> when the server does not offer it, or what the server answers.</exception>
    public async Task<TokenState> IntrospectAsync(string token, string tokenTypeHint, CancellationToken cancellationToken)
    {
        Uri endpoint = configuration.IntrospectionEndpoint ?? throw new SmartException(
            SmartErrorCode.EndpointMissing,
            $"The server {configuration.Aud} cannot be asked about tokens: it announces no introspection_endpoint (RFC 7662).",
            configuration.SourceUri,
            "A request with the token tells as well: Invoke-SmartFhirRequest Patient -First 1.");
        var context = new OAuthErrorContext(AuthorizationStep.Introspection, endpoint, client.ClientId, configuration.Aud, null, []);
        TokenIntrospectionResponse answer = await _sender.SendAsync(
            () => new TokenIntrospectionRequest { Address = endpoint.AbsoluteUri, Token = token, TokenTypeHint = tokenTypeHint },
            message => http.IntrospectTokenAsync(message, cancellationToken),
            context,
            [token]);
        if (answer.Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("active", out JsonElement active))
        {
            throw OAuthSender.NotJson(answer, context, [token]);
        }

        var claims = (Dictionary<string, object?>)JsonValues.ToObject(json)!;
        claims.Remove("active");
        return new TokenState(active.ValueKind == JsonValueKind.True, claims);
    }
}
