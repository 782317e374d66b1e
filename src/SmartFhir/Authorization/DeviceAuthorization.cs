using Duende.IdentityModel.Client;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>What the person does on another device (RFC 8628 section 3.2).</summary>
/// <param name="UserCode">The code to type there.</param>
/// <param name="VerificationUri">The page to open there.</param>
/// <param name="VerificationUriComplete">The page with the code in it; null when the server has none.</param>
/// <param name="ExpiresIn">How long the code is good for.</param>
public sealed record DeviceCodePrompt(string UserCode, Uri VerificationUri, Uri? VerificationUriComplete, TimeSpan ExpiresIn);

/// <summary>The device authorization grant (RFC 8628): a code for the person, and polling until the person has used it.</summary>
/// <param name="http">Sends the requests; follows no redirects.</param>
/// <param name="configuration">The server.</param>
/// <param name="client">Says who the client is.</param>
/// <param name="presenter">Shows the code.</param>
/// <param name="time">The clock.</param>
public sealed class DeviceAuthorization(HttpClient http, SmartConfiguration configuration, IClientAuthentication client, ISignInPresenter presenter, TimeProvider time)
{
    /// <summary>RFC 8628 section 3.5: what is added after <c>slow_down</c>, and after a time-out.</summary>
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    private readonly OAuthSender _sender = new(client);

    /// <summary>Asks for a code, shows it, and waits until the person has signed in with it.</summary>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.EndpointMissing"/> when the server does not offer it, <see cref="SmartErrorCode.SignInTimeout"/> when the code
    /// or <paramref name="timeout"/> ran out, <see cref="SmartErrorCode.AccessDenied"/> when the person said no.
    /// </exception>
    public async Task<TokenResponse> RunAsync(IReadOnlyList<string> scopes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Uri endpoint = configuration.DeviceAuthorizationEndpoint ?? throw new SmartException(
            SmartErrorCode.EndpointMissing,
            $"The server {configuration.Aud} offers no sign-in on another device: it announces no device_authorization_endpoint (RFC 8628).",
            configuration.SourceUri,
            "Sign in with the browser instead: leave out -UseDeviceCode, and over SSH give -NoBrowser.");
        OAuthErrorContext context = new(AuthorizationStep.DeviceCode, endpoint, client.ClientId, configuration.Aud, null, scopes);
        DeviceAuthorizationResponse answer = await _sender.SendAsync(
            () => new DeviceAuthorizationRequest { Address = endpoint.AbsoluteUri, Scope = string.Join(' ', scopes) },
            message => http.RequestDeviceAuthorizationAsync(message, cancellationToken),
            context,
            []);
        (DeviceCodePrompt prompt, string deviceCode) = Read(answer, context);
        presenter.ShowDeviceCode(prompt);

        TimeSpan limit = prompt.ExpiresIn < timeout ? prompt.ExpiresIn : timeout;
        return await PollAsync(deviceCode, new PersonPatience(limit, presenter, time), TimeSpan.FromSeconds(Math.Clamp(answer.Interval, 1, 300)), context, cancellationToken)
            ?? throw new SmartException(
                SmartErrorCode.SignInTimeout,
                $"Nobody finished signing in at {prompt.VerificationUri} within {limit.TotalSeconds:0} seconds{(limit == timeout ? "" : ", the life of the code")}.",
                prompt.VerificationUri,
                limit == timeout ? "Run Connect-SmartFhir again, with a longer -TimeoutSec if it takes you longer." : "Run Connect-SmartFhir again for a new code.");
    }

    private (DeviceCodePrompt Prompt, string DeviceCode) Read(DeviceAuthorizationResponse answer, OAuthErrorContext context)
    {
        if (answer.DeviceCode is { Length: > 0 } deviceCode && answer.UserCode is { Length: > 0 } userCode
            && Uri.TryCreate(configuration.DeviceAuthorizationEndpoint, answer.VerificationUri, out Uri? page) && page.Scheme is "https" or "http")
        {
            Uri? complete = Uri.TryCreate(configuration.DeviceAuthorizationEndpoint, answer.VerificationUriComplete, out Uri? uri) && uri.Scheme == page.Scheme && answer.VerificationUriComplete is not null ? uri : null;
            return (new DeviceCodePrompt(Http.Printable.Clip(userCode, 60), page, complete, TimeSpan.FromSeconds(answer.ExpiresIn is > 0 ? answer.ExpiresIn.Value : 900)), deviceCode);
        }

        throw new SmartException(
            SmartErrorCode.TokenResponseInvalid,
            $"{context.Endpoint} answered without a device_code, user_code or verification_uri (RFC 8628 section 3.2).",
            context.Endpoint,
            "Report it to the server's operator, or sign in with the browser: leave out -UseDeviceCode.");
    }

    /// <returns>Null when the time is over.</returns>
    private async Task<TokenResponse?> PollAsync(string deviceCode, PersonPatience patience, TimeSpan interval, OAuthErrorContext context, CancellationToken cancellationToken)
    {
        OAuthErrorContext atToken = context with { Endpoint = configuration.TokenEndpoint! };
        while (true)
        {
            Task pause = Task.Delay(interval, time, cancellationToken);
            if (await patience.WhenAnyAsync([pause], cancellationToken) is null)
            {
                return null;
            }

            try
            {
                Duende.IdentityModel.Client.TokenResponse answer = await _sender.SendAsync(
                    () => new DeviceTokenRequest { Address = atToken.Endpoint.AbsoluteUri, DeviceCode = deviceCode },
                    message => http.RequestDeviceTokenAsync(message, cancellationToken),
                    atToken,
                    [deviceCode]);
                return answer.Json is { } json ? TokenResponse.Parse(json, atToken.Endpoint) : throw OAuthSender.NotJson(answer, atToken, [deviceCode]);
            }
            catch (OAuthException exception) when (exception.Error is "authorization_pending")
            {
                // Not yet.
            }
            catch (OAuthException exception) when (exception.Error is "slow_down")
            {
                interval += SlowDown;
            }
            catch (OAuthException exception) when (exception.Error is "expired_token")
            {
                return null;
            }
            catch (SmartException exception) when (exception.Code is SmartErrorCode.Timeout or SmartErrorCode.ConnectionFailed)
            {
                interval += SlowDown;
            }
        }
    }
}
