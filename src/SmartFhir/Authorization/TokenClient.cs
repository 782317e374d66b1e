using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>
/// The token endpoint: exchanges a code, refreshes a token, asks for a service's own token, and revokes one at the revocation endpoint.
/// A code is exchanged once, whatever happens: a second try would be refused and may revoke what the first one gave.
/// </summary>
/// <param name="http">Sends the requests; follows no redirects.</param>
/// <param name="configuration">The server.</param>
/// <param name="client">Says who the client is.</param>
public sealed class TokenClient(HttpClient http, SmartConfiguration configuration, IClientAuthentication client)
{
    private readonly OAuthSender _sender = new(client);

    private Uri TokenEndpoint => configuration.TokenEndpoint ?? throw new SmartException(
        SmartErrorCode.EndpointMissing,
        $"The server {configuration.Aud} announces no token endpoint.",
        configuration.SourceUri,
        "Check -Aud, or give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint.");

    /// <summary>Trades the code of <paramref name="response"/> for a token (SMART App Launch 2.2, "Obtain access token").</summary>
    /// <exception cref="SmartException">The answer does not belong to the request, or the server refuses the code.</exception>
    public async Task<TokenResponse> ExchangeCodeAsync(AuthorizationRequest request, AuthorizationResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        string code = response.RequireCode(request);
        return await AskAsync(
            () => new AuthorizationCodeTokenRequest
            {
                Address = TokenEndpoint.AbsoluteUri,
                Code = code,
                RedirectUri = request.RedirectUri.OriginalString,
                CodeVerifier = request.CodeVerifier,
            },
            message => http.RequestAuthorizationCodeTokenAsync(message, cancellationToken),
            Context(AuthorizationStep.CodeExchange, request.Scopes, request.RedirectUri),
            [code, request.CodeVerifier]);
    }

    /// <summary>
    /// Renews an access token (SMART App Launch 2.2, "Refresh access token"). No <c>scope</c> is sent, so that it stays what was granted.
    /// </summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.TokenExpired"/> when the refresh token is dead.</exception>
    public Task<TokenResponse> RefreshAsync(string refreshToken, IReadOnlyList<string> scopes, CancellationToken cancellationToken) => AskAsync(
        () => new RefreshTokenRequest { Address = TokenEndpoint.AbsoluteUri, RefreshToken = refreshToken },
        message => http.RequestRefreshTokenAsync(message, cancellationToken),
        Context(AuthorizationStep.Refresh, scopes, null),
        [refreshToken]);

    /// <summary>Asks for a service's own token (SMART App Launch 2.2, "Backend Services", Obtain access token).</summary>
    /// <exception cref="SmartException">The server refuses the client or its scopes.</exception>
    public Task<TokenResponse> ClientCredentialsAsync(IReadOnlyList<string> scopes, CancellationToken cancellationToken) => AskAsync(
        () => new ClientCredentialsTokenRequest { Address = TokenEndpoint.AbsoluteUri, Scope = string.Join(' ', scopes) },
        message => http.RequestClientCredentialsTokenAsync(message, cancellationToken),
        Context(AuthorizationStep.ClientCredentials, scopes, null),
        []);

    /// <summary>Revokes a token where the server offers it (RFC 7009); an unknown token counts as revoked.</summary>
    /// <returns>False when the server announces no revocation endpoint.</returns>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.RevocationFailed"/>, or a failure of the connection.</exception>
    public async Task<bool> RevokeAsync(string token, string tokenTypeHint, CancellationToken cancellationToken)
    {
        if (configuration.RevocationEndpoint is not { } endpoint)
        {
            return false;
        }

        try
        {
            await _sender.SendAsync(
                () => new TokenRevocationRequest { Address = endpoint.AbsoluteUri, Token = token, TokenTypeHint = tokenTypeHint },
                message => http.RevokeTokenAsync(message, cancellationToken),
                Context(AuthorizationStep.Revocation, [], null) with { Endpoint = endpoint },
                [token]);
            return true;
        }
        catch (OAuthException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var error = new OAuthError(exception.Error, exception.ErrorDescription, exception.ErrorUri, exception.StatusCode);
            throw new OAuthException(
                SmartErrorCode.RevocationFailed,
                $"{endpoint} did not revoke the token: {error.Error ?? $"HTTP {(int?)error.StatusCode}"}{(error.Description is null ? "" : $", {error.Description}")}.",
                error,
                endpoint,
                "The token is forgotten here, but the server may honour it until it expires. Revoke it at the server's own page if that matters.");
        }
    }

    private OAuthErrorContext Context(AuthorizationStep step, IReadOnlyList<string> scopes, Uri? redirectUri) =>
        new(step, TokenEndpoint, client.ClientId, configuration.Aud, redirectUri, scopes);

    private async Task<TokenResponse> AskAsync<TRequest>(
        Func<TRequest> create, Func<TRequest, Task<Duende.IdentityModel.Client.TokenResponse>> send, OAuthErrorContext context, string[] secrets)
        where TRequest : ProtocolRequest
    {
        Duende.IdentityModel.Client.TokenResponse answer = await _sender.SendAsync(create, send, context, secrets);
        return answer.Json is { } json ? TokenResponse.Parse(json, context.Endpoint) : throw OAuthSender.NotJson(answer, context, secrets);
    }
}
