using System.Net;
using System.Security.Cryptography.X509Certificates;
using SmartFhir.Authorization.Loopback;

namespace SmartFhir.Authorization.Launch;

/// <summary>
/// Waits at the launch URL for the EHR's browser (SMART App Launch 2.2, "Launch App: EHR Launch"), and holds that browser until the
/// authorization request is ready: as an <see cref="IBrowser"/> it then sends it there. One launch is taken, from a server that the caller allows.
/// </summary>
public sealed class LaunchListener : IBrowser, IAsyncDisposable, ILoopbackEndpoint
{
    private readonly Uri _address;
    private readonly IReadOnlyList<string> _allowed;
    private readonly Action<string> _log;
    private readonly TaskCompletionSource<LaunchRequest> _launch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SignInPage> _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _launched;

    private LaunchListener(Uri address, IReadOnlyList<string> allowed, LoopbackHost host, Action<string> log)
    {
        _address = address;
        _allowed = allowed;
        Host = host;
        _log = log;
    }

    /// <summary>A server that launched although it is not allowed; for the message when time runs out.</summary>
    public string? RefusedIss { get; private set; }

    /// <summary>The host, for a redirect URI on the same port.</summary>
    internal LoopbackHost Host { get; }

    Uri ILoopbackEndpoint.Address => _address;

    /// <summary>Starts to listen at the launch URL.</summary>
    /// <param name="address">The launch URL, a loopback address.</param>
    /// <param name="allowed">The FHIR base URLs that may launch.</param>
    /// <param name="certificate">The server certificate for https.</param>
    /// <param name="log">Called with lines for the verbose stream. They never hold the launch value.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ListenerFailed"/>, or <see cref="SmartErrorCode.InvalidArgument"/> when the address is not on this machine.</exception>
    public static LaunchListener Start(Uri address, IReadOnlyList<string> allowed, X509Certificate2? certificate, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!LoopbackAddress.IsLoopback(address))
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"The launch URL {address.OriginalString} is not an address of this machine, so nothing can be waited for there.",
                address,
                "Register a launch URL like http://127.0.0.1:8400/launch and give it with -LaunchUri, or receive the launch elsewhere and give its values with -Aud and -Launch.");
        }

        var host = LoopbackHost.Start(address, certificate, log);
        var listener = new LaunchListener(address, allowed, host, log);
        host.Add(listener);
        return listener;
    }

    /// <summary>The launch.</summary>
    public Task<LaunchRequest> WaitAsync(CancellationToken cancellationToken) => _launch.Task.WaitAsync(cancellationToken);

    /// <summary>Sends the waiting browser to the authorization request.</summary>
    public bool TryOpen(Uri uri) => _next.TrySetResult(uri);

    /// <summary>Tells the waiting browser that nothing comes of it.</summary>
    public async Task RefuseAsync(SignInPage page, TimeSpan patience)
    {
        if (_launch.Task.IsCompletedSuccessfully && !_next.Task.IsCompleted)
        {
            _refusal.TrySetResult(page);
            await Task.WhenAny(_refused.Task, Task.Delay(patience));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _launch.TrySetCanceled();
        return Host.DisposeAsync();
    }

    bool ILoopbackEndpoint.Serves(string path) => path == _address.AbsolutePath;

    async Task<Action?> ILoopbackEndpoint.AnswerAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        Dictionary<string, string>? values = request.TryReadParameters();
        if (values?.GetValueOrDefault("iss") is not { Length: > 0 } iss || values.GetValueOrDefault("launch") is not { Length: > 0 } launch)
        {
            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadRequest, SignInPage.NotALaunch, cancellationToken);
            return null;
        }

        if (!LaunchRequest.IsAllowed(iss, _allowed))
        {
            RefusedIss = Http.Printable.Clip(iss, 200);
            _log($"Turned a launch away: its iss is {RefusedIss}, which is not one of the servers allowed by -Aud.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.Forbidden, SignInPage.LaunchNotAllowed, cancellationToken);
            return null;
        }

        if (Interlocked.Exchange(ref _launched, 1) == 1)
        {
            await LoopbackReply.PageAsync(stream, HttpStatusCode.Gone, SignInPage.AlreadyAnswered, cancellationToken);
            return null;
        }

        _log($"The EHR launched, with iss {iss}.");
        _launch.TrySetResult(new LaunchRequest(iss, launch));
        await Task.WhenAny(_next.Task, _refusal.Task).WaitAsync(cancellationToken);
        if (!_next.Task.IsCompletedSuccessfully)
        {
            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadGateway, await _refusal.Task, cancellationToken);
            return () => _refused.TrySetResult();
        }

        await LoopbackReply.SeeOtherAsync(stream, (await _next.Task).AbsoluteUri, cancellationToken);
        return null;
    }
}
