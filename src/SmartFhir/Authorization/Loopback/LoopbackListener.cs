using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Authorization.Loopback;

/// <summary>
/// The end of the browser's journey: waits at the redirect URI for one authorization response (RFC 8252 section 7.3). It listens before
/// the browser opens and until it is disposed, and takes one answer.
/// </summary>
public sealed class LoopbackListener : IAsyncDisposable, ILoopbackEndpoint
{
    private readonly AuthorizationRequest _request;
    private readonly Action<string> _log;
    private readonly TaskCompletionSource<AuthorizationResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SignInPage> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resultShown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _startPath = "/start/" + Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private LoopbackHost? _own;
    private int _answered;

    private LoopbackListener(AuthorizationRequest request, Action<string>? log)
    {
        _request = request;
        _log = log ?? (_ => { });
    }

    /// <summary>The URL for the browser: the authorization request itself, or a local page that sends it as a form (<c>authorize-post</c>).</summary>
    public Uri StartUri => _request.PrefersPost ? new Uri(_request.RedirectUri, _startPath) : _request.Uri;

    /// <summary>How many answers came that did not belong to this sign-in; for the message when time runs out.</summary>
    public int StrayResponses { get; private set; }

    Uri ILoopbackEndpoint.Address => _request.RedirectUri;

    /// <summary>Starts to listen at the redirect URI of <paramref name="request"/>.</summary>
    /// <param name="request">The request whose answer is awaited.</param>
    /// <param name="certificate">The server certificate, with its private key, for an https redirect URI.</param>
    /// <param name="log">Called with lines for the verbose stream.</param>
    /// <param name="readTimeout">How long a connection may take to send its request; 10 seconds by default.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ListenerFailed"/> when the address or port cannot be had.</exception>
    public static LoopbackListener Start(
        AuthorizationRequest request, X509Certificate2? certificate = null, Action<string>? log = null, TimeSpan? readTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var listener = new LoopbackListener(request, log) { _own = LoopbackHost.Start(request.RedirectUri, certificate, log, readTimeout) };
        listener._own.Add(listener);
        return listener;
    }

    /// <summary>Waits at a host that listens already, as the redirect URI shares its port with the launch URI.</summary>
    internal static LoopbackListener Start(AuthorizationRequest request, LoopbackHost host, Action<string> log)
    {
        var listener = new LoopbackListener(request, log);
        host.Add(listener);
        return listener;
    }

    /// <summary>The first answer whose state belongs to the request. Later ones are turned away.</summary>
    public Task<AuthorizationResponse> WaitAsync(CancellationToken cancellationToken) => _response.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Shows the person how it ended and waits, for a moment, until the browser has fetched the page.
    /// </summary>
    public async Task ShowResultAsync(SignInPage page, TimeSpan patience)
    {
        _result.TrySetResult(page);
        if (_response.Task.IsCompletedSuccessfully)
        {
            await Task.WhenAny(_resultShown.Task, Task.Delay(patience));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _response.TrySetCanceled();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    bool ILoopbackEndpoint.Serves(string path) => path == _request.RedirectUri.AbsolutePath || (_request.PrefersPost && path == _startPath);

    async Task<Action?> ILoopbackEndpoint.AnswerAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        if (request.Path != _startPath)
        {
            return await AnswerCallbackAsync(request, stream, cancellationToken);
        }

        await (request.Method == "GET"
            ? LoopbackReply.StartFormAsync(stream, _request, cancellationToken)
            : LoopbackReply.PageAsync(stream, HttpStatusCode.NotFound, SignInPage.NotThisPage, cancellationToken));
        return null;
    }

    private async Task<Action?> AnswerCallbackAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        AuthorizationResponse? response = request.TryReadResponse();
        if (response is not { IsAnswer: true })
        {
            // The page that the browser is sent to after the answer, so that the code does not stay in the address bar and the history.
            if (_result.Task.IsCompletedSuccessfully && response is not null)
            {
                await LoopbackReply.PageAsync(stream, HttpStatusCode.OK, await _result.Task, cancellationToken);
                return () => _resultShown.TrySetResult();
            }

            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadRequest, SignInPage.NotAnAnswer, cancellationToken);
            return null;
        }

        if (!response.Belongs(_request))
        {
            StrayResponses++;
            _log("Turned an answer away: its state does not belong to this sign-in.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadRequest, SignInPage.WrongSignIn, cancellationToken);
            return null;
        }

        if (Interlocked.Exchange(ref _answered, 1) == 1)
        {
            _log("Turned an answer away: this sign-in has been answered already.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.Gone, SignInPage.AlreadyAnswered, cancellationToken);
            return null;
        }

        _log("The browser brought the answer.");
        _response.TrySetResult(response);
        await _result.Task.WaitAsync(cancellationToken);
        await LoopbackReply.SeeOtherAsync(stream, _request.RedirectUri.AbsolutePath, cancellationToken);
        return null;
    }
}
