using System.Net;
using System.Text;
using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;

namespace SmartFhir.Authorization;

/// <summary>
/// The token endpoint: exchanges a code, refreshes a token, and revokes one at the revocation endpoint.
/// A code is sent once, whatever happens: a second try would be refused and may revoke what the first one gave.
/// </summary>
/// <param name="http">Sends the requests; follows no redirects.</param>
/// <param name="configuration">The server.</param>
/// <param name="client">Says who the client is.</param>
public sealed class TokenClient(HttpClient http, SmartConfiguration configuration, IClientAuthentication client)
{
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
        using var message = new AuthorizationCodeTokenRequest
        {
            Address = TokenEndpoint.AbsoluteUri,
            Code = code,
            RedirectUri = request.RedirectUri.OriginalString,
            CodeVerifier = request.CodeVerifier,
        };
        client.Apply(message);
        var context = new OAuthErrorContext(AuthorizationStep.CodeExchange, TokenEndpoint, client.ClientId, configuration.Aud, request.RedirectUri, request.Scopes);
        return await SendAsync(() => http.RequestAuthorizationCodeTokenAsync(message, cancellationToken), context, [code, request.CodeVerifier]);
    }

    /// <summary>
    /// Renews an access token (SMART App Launch 2.2, "Refresh access token"). No <c>scope</c> is sent, so that it stays what was granted.
    /// </summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.TokenExpired"/> when the refresh token is dead.</exception>
    public async Task<TokenResponse> RefreshAsync(string refreshToken, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        using var message = new RefreshTokenRequest { Address = TokenEndpoint.AbsoluteUri, RefreshToken = refreshToken };
        client.Apply(message);
        var context = new OAuthErrorContext(AuthorizationStep.Refresh, TokenEndpoint, client.ClientId, configuration.Aud, null, scopes);
        return await SendAsync(() => http.RequestRefreshTokenAsync(message, cancellationToken), context, [refreshToken]);
    }

    /// <summary>Revokes a token where the server offers it (RFC 7009); an unknown token counts as revoked.</summary>
    /// <returns>False when the server announces no revocation endpoint.</returns>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.RevocationFailed"/>, or a failure of the connection.</exception>
    public async Task<bool> RevokeAsync(string token, string tokenTypeHint, CancellationToken cancellationToken)
    {
        if (configuration.RevocationEndpoint is not { } endpoint)
        {
            return false;
        }

        using var message = new TokenRevocationRequest { Address = endpoint.AbsoluteUri, Token = token, TokenTypeHint = tokenTypeHint };
        client.Apply(message);
        TokenRevocationResponse answer = await http.RevokeTokenAsync(message, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!answer.IsError)
        {
            return true;
        }

        if (answer is { ErrorType: ResponseErrorType.Exception, Exception: { } exception })
        {
            throw TransportErrors.Translate(exception, endpoint);
        }

        OAuthError error = OAuthError.From(ErrorName(answer), Description(answer), null, answer.HttpStatusCode, token);
        throw new OAuthException(
            SmartErrorCode.RevocationFailed,
            $"{endpoint} did not revoke the token: {error.Error ?? $"HTTP {(int)answer.HttpStatusCode}"}{(error.Description is null ? "" : $", {error.Description}")}.",
            error,
            endpoint,
            "The token is forgotten here, but the server may honour it until it expires. Revoke it at the server's own page if that matters.");
    }

    private static async Task<TokenResponse> SendAsync(
        Func<Task<Duende.IdentityModel.Client.TokenResponse>> send, OAuthErrorContext context, string[] secrets)
    {
        Duende.IdentityModel.Client.TokenResponse answer = await send();
        if (answer is { ErrorType: ResponseErrorType.Exception, Exception: { } exception })
        {
            throw exception is System.Text.Json.JsonException
                ? NotJson(answer, context, secrets)
                : TransportErrors.Translate(exception, context.Endpoint);
        }

        if ((int)answer.HttpStatusCode is >= 300 and < 400)
        {
            throw new SmartException(
                SmartErrorCode.TokenError,
                $"The token endpoint {context.Endpoint} answered with a redirect (HTTP {(int)answer.HttpStatusCode}). The code or token was not sent on.",
                context.Endpoint,
                "The token endpoint that the server announces is not its real one: report it to its operator, or give -SkipDiscovery with -TokenEndpoint.");
        }

        if (answer.IsError || answer.HttpStatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
        {
            throw OAuthErrorTranslator.Translate(
                OAuthError.From(ErrorName(answer), Description(answer), Member(answer, "error_uri"), answer.HttpStatusCode, secrets), context);
        }

        return answer.Json is { } json ? TokenResponse.Parse(json, context.Endpoint) : throw NotJson(answer, context, secrets);
    }

    private static OAuthException NotJson(ProtocolResponse answer, OAuthErrorContext context, string[] secrets)
    {
        OAuthError error = OAuthError.From(null, PlainText(answer.Raw), null, answer.HttpStatusCode, secrets);
        return new OAuthException(
            SmartErrorCode.TokenError,
            $"The token endpoint {context.Endpoint} answered HTTP {(int)answer.HttpStatusCode}, but not with JSON{(error.Description is null ? " (the body is empty)" : $": {error.Description}")}.",
            error,
            context.Endpoint,
            "The address is probably not the token endpoint, or a proxy or login page stands in front of it. Get-SmartConfiguration shows what the server announces.");
    }

    /// <summary>The OAuth error, and null where Duende puts the HTTP reason in its place.</summary>
    private static string? ErrorName(ProtocolResponse answer) => Member(answer, "error");

    private static string? Description(ProtocolResponse answer) => Member(answer, "error_description") ?? (answer.Json is null ? PlainText(answer.Raw) : null);

    private static string? Member(ProtocolResponse answer, string name) =>
        answer.Json is { ValueKind: System.Text.Json.JsonValueKind.Object } json && json.TryGetProperty(name, out System.Text.Json.JsonElement value)
            ? value.ToString()
            : null;

    private static string? PlainText(string? body) => string.IsNullOrWhiteSpace(body) ? null : BodyText.FromBytes(Encoding.UTF8.GetBytes(body), null);
}
