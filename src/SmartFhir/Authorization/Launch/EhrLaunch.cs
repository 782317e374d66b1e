using System.Security.Cryptography.X509Certificates;
using SmartFhir.Authorization.Loopback;

namespace SmartFhir.Authorization.Launch;

/// <summary>
/// The first half of an EHR launch: wait at the launch URL until the EHR's browser arrives with <c>iss</c> and <c>launch</c>, then let
/// the sign-in go on in that very browser.
/// </summary>
/// <param name="presenter">Talks to the person.</param>
/// <param name="certificates">Keeps the certificates for https launch URLs.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Called with lines for the verbose stream.</param>
public sealed class EhrLaunch(ISignInPresenter presenter, LoopbackCertificate certificates, TimeProvider time, Action<string> log)
{
    private static readonly TimeSpan LastPagePatience = TimeSpan.FromSeconds(3);

    /// <summary>Waits for the launch and hands it, with the browser that brought it, to <paramref name="signIn"/>.</summary>
    /// <typeparam name="T">What signing in gives.</typeparam>
    /// <param name="launchUri">The launch URL as it is registered.</param>
    /// <param name="allowed">The FHIR base URLs that may launch.</param>
    /// <param name="certificate">The server certificate for an https launch URL; made on the spot when null.</param>
    /// <param name="timeout">How long to wait for the launch.</param>
    /// <param name="signIn">Goes on as in a standalone launch; may throw.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.SignInTimeout"/>, <see cref="SmartErrorCode.ListenerFailed"/>, or what <paramref name="signIn"/> throws.</exception>
    public async Task<T> RunAsync<T>(
        Uri launchUri,
        IReadOnlyList<string> allowed,
        X509Certificate2? certificate,
        TimeSpan timeout,
        Func<LaunchRequest, LaunchListener, CancellationToken, Task<T>> signIn,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(launchUri);
        ArgumentNullException.ThrowIfNull(signIn);
        X509Certificate2? server = launchUri.Scheme == "https" && LoopbackAddress.IsLoopback(launchUri) ? certificate ?? certificates.GetOrCreate(launchUri) : null;
        await using LaunchListener listener = LaunchListener.Start(launchUri, allowed, server, log);
        presenter.ShowLaunch(launchUri);
        LaunchRequest launch = await WaitAsync(listener, launchUri, timeout, cancellationToken);
        try
        {
            return await signIn(launch, listener, cancellationToken);
        }
        catch (SmartException exception)
        {
            await listener.RefuseAsync(SignInPage.Failure(exception.Message), LastPagePatience);
            throw;
        }
    }

    private async Task<LaunchRequest> WaitAsync(LaunchListener listener, Uri launchUri, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<LaunchRequest> launch = listener.WaitAsync(stop.Token);
        try
        {
            if (await new PersonPatience(timeout, presenter, time).WhenAnyAsync([launch], cancellationToken) is not null)
            {
                return await launch;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        throw new SmartException(
            SmartErrorCode.SignInTimeout,
            $"No EHR launched the app at {launchUri.OriginalString} within {timeout.TotalSeconds:0} seconds."
            + (listener.RefusedIss is { } refused ? $" A launch by {refused} was turned away, as -Aud does not name it." : ""),
            launchUri,
            listener.RefusedIss is null
                ? $"Launch the app from the EHR on this machine, and check that exactly {launchUri.OriginalString} is registered as its launch URL. Give a longer -TimeoutSec if it takes you longer."
                : "If that is the server you mean, give -Aud its FHIR base URL exactly as shown.");
    }
}
