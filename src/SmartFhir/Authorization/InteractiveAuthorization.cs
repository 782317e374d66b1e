using System.Security.Cryptography.X509Certificates;
using SmartFhir.Authorization.Launch;
using SmartFhir.Authorization.Loopback;

namespace SmartFhir.Authorization;

/// <summary>How the browser part of a sign-in is done.</summary>
public sealed record InteractiveOptions
{
    /// <summary>Show the URL instead of opening a browser, and take the redirected address by paste as well.</summary>
    public bool NoBrowser { get; init; }

    /// <summary>False where nobody can be asked anything: a browser that does not open is then an error at once.</summary>
    public bool Interactive { get; init; } = true;

    /// <summary>How long the person may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The server certificate for an https redirect URI on this machine; made on the spot when null.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The launch whose browser waits, in an EHR launch; it may share its port with the redirect URI.</summary>
    public LaunchListener? Launch { get; init; }
}

/// <summary>
/// The part of a sign-in that a person takes part in: listen, open the browser, wait for the answer to come back by the listener or by
/// paste, and finish it while the browser still waits, so that its last page tells the truth.
/// </summary>
/// <param name="browser">Opens the browser.</param>
/// <param name="presenter">Talks to the person.</param>
/// <param name="certificates">Keeps the certificates for https redirect URIs.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Called with lines for the verbose stream.</param>
public sealed class InteractiveAuthorization(
    IBrowser browser, ISignInPresenter presenter, LoopbackCertificate certificates, TimeProvider time, Action<string> log)
{
    /// <summary>How long the browser is given to fetch its last page.</summary>
    private static readonly TimeSpan LastPagePatience = TimeSpan.FromSeconds(3);

    /// <summary>Waits for the answer to <paramref name="request"/> and hands it to <paramref name="complete"/>.</summary>
    /// <typeparam name="T">What completing gives, for example a session.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="complete">Checks the answer and trades its code for a token; may throw.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.SignInTimeout"/>, <see cref="SmartErrorCode.ListenerFailed"/>, <see cref="SmartErrorCode.BrowserFailed"/>, or what <paramref name="complete"/> throws.
    /// </exception>
    public async Task<T> RunAsync<T>(
        AuthorizationRequest request, InteractiveOptions options, Func<AuthorizationResponse, CancellationToken, Task<T>> complete, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(complete);
        presenter.ShowRedirect(request.RedirectUri);
        await using LoopbackListener? listener = StartListener(request, options);
        bool pastes = OpenBrowser(request, options, listener);

        AuthorizationResponse response = await WaitAsync(request, options, listener, pastes, cancellationToken);
        try
        {
            T result = await complete(response, cancellationToken);
            await ShowAsync(listener, SignInPage.Success(new Uri(request.Configuration.Aud).Host));
            return result;
        }
        catch (SmartException exception)
        {
            await ShowAsync(listener, SignInPage.Failure(exception.Message));
            throw;
        }
    }

    private static Task ShowAsync(LoopbackListener? listener, SignInPage page) => listener?.ShowResultAsync(page, LastPagePatience) ?? Task.CompletedTask;

    private LoopbackListener? StartListener(AuthorizationRequest request, InteractiveOptions options)
    {
        Uri redirect = request.RedirectUri;
        if (!LoopbackAddress.IsLoopback(redirect))
        {
            log($"{redirect.OriginalString} is not an address of this machine: the address that the browser ends at is to be pasted.");
            return null;
        }

        X509Certificate2? certificate = redirect.Scheme == "https" ? options.Certificate ?? certificates.GetOrCreate(redirect) : null;
        if (certificate is { HasPrivateKey: false })
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                "The certificate for the https redirect address has no private key.",
                redirect,
                "Give -Certificate a certificate with its private key (a PFX), or leave it out: one is made for you.");
        }

        return options.Launch is { } launch && SharesPort(launch, redirect)
            ? LoopbackListener.Start(request, launch.Host, log)
            : LoopbackListener.Start(request, certificate, log);
    }

    private static bool SharesPort(LaunchListener launch, Uri redirect) =>
        ((ILoopbackEndpoint)launch).Address is var address && address.Scheme == redirect.Scheme && address.Host == redirect.Host && address.Port == redirect.Port;

    /// <returns>True when the answer may come by paste.</returns>
    private bool OpenBrowser(AuthorizationRequest request, InteractiveOptions options, LoopbackListener? listener)
    {
        if (!options.NoBrowser && browser.TryOpen(listener?.StartUri ?? request.Uri))
        {
            if (listener is null)
            {
                presenter.ShowUrl(request.Uri, canPaste: true);
            }

            return listener is null;
        }

        if (!options.NoBrowser && !options.Interactive)
        {
            throw new SmartException(
                SmartErrorCode.BrowserFailed,
                "No browser could be opened, and nobody is there to be shown the address.",
                request.Configuration.AuthorizationEndpoint,
                "Set $env:BROWSER to a browser, run this in an interactive shell, or give -NoBrowser to have the address printed while the sign-in waits.");
        }

        presenter.ShowUrl(request.Uri, options.Interactive);
        return options.Interactive;
    }

    private async Task<AuthorizationResponse> WaitAsync(
        AuthorizationRequest request, InteractiveOptions options, LoopbackListener? listener, bool pastes, CancellationToken cancellationToken)
    {
        var patience = new PersonPatience(options.Timeout, presenter, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answers = new List<Task<AuthorizationResponse?>>();
        if (listener is not null)
        {
            answers.Add(FromListenerAsync(listener, stop.Token));
        }

        if (pastes)
        {
            answers.Add(FromPasteAsync(request, stop.Token));
        }

        try
        {
            while (await patience.WhenAnyAsync(answers, cancellationToken) is Task<AuthorizationResponse?> answer)
            {
                if (await answer is { } response)
                {
                    return response;
                }

                answers.Remove(answer);
                if (answers.Count == 0)
                {
                    throw NothingToRead(request);
                }
            }

            throw TimedOut(request, options, listener);
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static async Task<AuthorizationResponse?> FromListenerAsync(LoopbackListener listener, CancellationToken cancellationToken) =>
        await listener.WaitAsync(cancellationToken);

    /// <summary>Takes the address until one belongs to this sign-in; null when there is nothing more to read.</summary>
    private async Task<AuthorizationResponse?> FromPasteAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        while (await presenter.ReadPastedAddressAsync(cancellationToken) is { } pasted)
        {
            if (PastedAddress.TryRead(pasted, request, out AuthorizationResponse? response, out string problem))
            {
                return response;
            }

            presenter.ShowPasteProblem(problem);
        }

        return null;
    }

    private static SmartException NothingToRead(AuthorizationRequest request) => new(
        SmartErrorCode.SignInTimeout,
        $"Nobody can paste the address that the browser ends at: the input has ended, and {request.RedirectUri.OriginalString} is not an address of this machine to wait at.",
        request.RedirectUri,
        "Run this in an interactive shell, or register a redirect address on this machine (http://127.0.0.1:<port>/callback).");

    private static SmartException TimedOut(AuthorizationRequest request, InteractiveOptions options, LoopbackListener? listener)
    {
        string stray = listener is { StrayResponses: > 0 }
            ? $" {listener.StrayResponses} answer(s) came that belonged to another sign-in (their state was different) and were not used."
            : "";
        return new SmartException(
            SmartErrorCode.SignInTimeout,
            $"Nobody finished signing in within {options.Timeout.TotalSeconds:0} seconds; waited at {request.RedirectUri.OriginalString}.{stray}",
            request.RedirectUri,
            "Run Connect-SmartFhir again, with a longer -TimeoutSec if it takes you longer. If the browser showed an error or stayed on the server's page: check that exactly "
            + $"{request.RedirectUri.OriginalString} is registered for client '{request.ClientId}'; some servers do not come back at all after a Deny.");
    }
}
