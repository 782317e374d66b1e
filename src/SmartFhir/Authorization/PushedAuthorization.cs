using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>
/// Hands the authorization request to the server before the browser opens (RFC 9126), where the server announces that: the browser then
/// carries only a reference, and the server knows already who asks.
/// </summary>
/// <param name="http">Sends the request; follows no redirects.</param>
/// <param name="client">Says who the client is.</param>
public sealed class PushedAuthorization(HttpClient http, IClientAuthentication client)
{
    private readonly OAuthSender _sender = new(client);

    /// <summary>The same request as a reference, or as it is where the server announces no endpoint for that.</summary>
    /// <exception cref="SmartException">The server refuses the request, or demands to have it pushed but announces no endpoint.</exception>
    public async Task<AuthorizationRequest> PushAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        SmartConfiguration configuration = request.Configuration;
        if (configuration.PushedAuthorizationRequestEndpoint is not { } endpoint)
        {
            return !configuration.RequirePushedAuthorizationRequests ? request : throw new SmartException(
                SmartErrorCode.EndpointMissing,
                $"The server {configuration.Aud} demands pushed authorization requests (RFC 9126), but announces no endpoint for them.",
                configuration.SourceUri,
                "Report it to the server's operator.");
        }

        var context = new OAuthErrorContext(AuthorizationStep.PushedAuthorization, endpoint, client.ClientId, configuration.Aud, request.RedirectUri, request.Scopes);
        PushedAuthorizationResponse answer = await _sender.SendAsync(
            () => Message(request, endpoint), message => http.PushAuthorizationAsync(WithClientId(message, request.ClientId), cancellationToken), context, [request.CodeVerifier]);
        return answer.RequestUri is { Length: > 0 } reference ? request.ByReference(reference) : throw new SmartException(
            SmartErrorCode.TokenResponseInvalid, $"{endpoint} answered without a request_uri (RFC 9126 section 2.2).", endpoint, "Report it to the server's operator.");
    }

    private static PushedAuthorizationRequest Message(AuthorizationRequest request, Uri endpoint)
    {
        var message = new PushedAuthorizationRequest { Address = endpoint.AbsoluteUri, ResponseType = "code" };
        foreach ((string name, string value) in request.Parameters.Where(parameter => parameter.Key is not ("response_type" or "client_id")))
        {
            message.Parameters.Add(name, value);
        }

        return message;
    }

    /// <summary>An assertion names the client on its own, but the authorization request needs its parameter too.</summary>
    private static PushedAuthorizationRequest WithClientId(PushedAuthorizationRequest message, string clientId)
    {
        if (string.IsNullOrEmpty(message.ClientId))
        {
            message.Parameters.Add("client_id", clientId);
        }

        return message;
    }
}
