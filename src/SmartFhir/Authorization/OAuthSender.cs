using System.Net;
using System.Text;
using System.Text.Json;
using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Http;

namespace SmartFhir.Authorization;

/// <summary>
/// Sends requests to the endpoints of an authorization server: applies the client's authentication, tries again where the server refuses
/// only that, and reads errors. A try after <c>invalid_client</c> is safe for codes and refresh tokens too: the server checks the client
/// first (RFC 6749 sections 4.1.3 and 6), so what was refused with the client was not used up.
/// </summary>
/// <param name="client">Says who the client is.</param>
internal sealed class OAuthSender(IClientAuthentication client)
{
    /// <summary>Sends a request until the server answers something else than <c>invalid_client</c>, or there is no other way to authenticate.</summary>
    /// <param name="create">Makes the request; called once for each try.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="context">What it is about, for errors.</param>
    /// <param name="secrets">Values of the request that no error may show.</param>
    /// <returns>An answer that is a success.</returns>
    /// <exception cref="SmartException">The server refuses, or cannot be reached.</exception>
    public async Task<TAnswer> SendAsync<TRequest, TAnswer>(
        Func<TRequest> create, Func<TRequest, Task<TAnswer>> send, OAuthErrorContext context, IReadOnlyList<string> secrets)
        where TRequest : ProtocolRequest
        where TAnswer : ProtocolResponse
    {
        while (true)
        {
            using TRequest message = create();
            client.Apply(message);
            TAnswer answer = await send(message);
            if (Member(answer, "error") == "invalid_client" && client.TryOtherWay(answer.HttpResponse?.Headers.Date))
            {
                continue;
            }

            RequireSuccess(answer, context, [.. secrets, message.ClientSecret ?? "", message.ClientAssertion?.Value ?? ""]);
            return answer;
        }
    }

    /// <summary>A success without JSON where JSON is needed.</summary>
    public static OAuthException NotJson(ProtocolResponse answer, OAuthErrorContext context, IEnumerable<string> secrets)
    {
        OAuthError error = OAuthError.From(null, PlainText(answer.Raw), null, answer.HttpStatusCode, secrets);
        return new OAuthException(
            SmartErrorCode.TokenError,
            $"The endpoint {context.Endpoint} answered HTTP {(int)answer.HttpStatusCode}, but not with JSON{(error.Description is null ? " (the body is empty)" : $": {error.Description}")}.",
            error,
            context.Endpoint,
            "The address is probably not the right endpoint, or a proxy or login page stands in front of it. Get-SmartConfiguration shows what the server announces.");
    }

    private static void RequireSuccess(ProtocolResponse answer, OAuthErrorContext context, IReadOnlyList<string> secrets)
    {
        if (answer is { ErrorType: ResponseErrorType.Exception, Exception: { } exception })
        {
            throw exception is JsonException ? NotJson(answer, context, secrets) : TransportErrors.Translate(exception, context.Endpoint);
        }

        if ((int)answer.HttpStatusCode is >= 300 and < 400)
        {
            throw new SmartException(
                SmartErrorCode.TokenError,
                $"The endpoint {context.Endpoint} answered with a redirect (HTTP {(int)answer.HttpStatusCode}). What was sent to it was not sent on.",
                context.Endpoint,
                "The endpoint that the server announces is not its real one: report it to its operator, or give -SkipDiscovery with -TokenEndpoint.");
        }

        if (answer.IsError || answer.HttpStatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
        {
            // Duende puts the HTTP reason where a server's answer has no error: the body itself says more.
            throw OAuthErrorTranslator.Translate(
                OAuthError.From(Member(answer, "error"), Member(answer, "error_description") ?? (answer.Json is null ? PlainText(answer.Raw) : null), Member(answer, "error_uri"), answer.HttpStatusCode, secrets),
                context);
        }
    }

    private static string? Member(ProtocolResponse answer, string name) =>
        answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static string? PlainText(string? body) => string.IsNullOrWhiteSpace(body) ? null : BodyText.FromBytes(Encoding.UTF8.GetBytes(body), null);
}
