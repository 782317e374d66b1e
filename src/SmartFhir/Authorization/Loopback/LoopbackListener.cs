using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Authorization.Loopback;

/// <summary>
/// The end of the browser's journey: a very small HTTP(S) server on a loopback address that waits for one authorization response
/// (RFC 8252 section 7.3). It listens before the browser opens and until it is disposed, answers one path, gives every connection
/// little room and little time, and never runs or repeats what it receives.
/// </summary>
public sealed class LoopbackListener : IAsyncDisposable
{
    private const int MaximumConnections = 32;

    private readonly List<TcpListener> _listeners = [];
    private readonly X509Certificate2? _certificate;
    private readonly AuthorizationRequest _request;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _connections = new(MaximumConnections);
    private readonly TaskCompletionSource<AuthorizationResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SignInPage> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resultShown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _startPath = "/start/" + Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private int _answered;
    private Task _accepting = Task.CompletedTask;

    private LoopbackListener(AuthorizationRequest request, X509Certificate2? certificate)
    {
        _request = request;
        _certificate = certificate;
    }

    /// <summary>How long a connection may take to send its request, and to finish the TLS handshake.</summary>
    internal TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Called with one line for each thing that a person debugging wants to know. Never holds a query.</summary>
    internal Action<string> Log { get; init; } = _ => { };

    /// <summary>The URL for the browser: the authorization request itself, or a local page that sends it as a form (<c>authorize-post</c>).</summary>
    public Uri StartUri => _request.PrefersPost ? new Uri(_request.RedirectUri, _startPath) : _request.Uri;

    /// <summary>How many answers came that did not belong to this sign-in; for the message when time runs out.</summary>
    public int StrayResponses { get; private set; }

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
        var listener = new LoopbackListener(request, certificate) { Log = log ?? (_ => { }), ReadTimeout = readTimeout ?? TimeSpan.FromSeconds(10) };
        try
        {
            listener.Listen();
        }
        catch (SocketException exception)
        {
            listener.StopListening();
            throw new SmartException(
                SmartErrorCode.ListenerFailed,
                $"Cannot listen at the redirect address {request.RedirectUri.OriginalString}: {exception.Message}.",
                request.RedirectUri,
                exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied
                    ? "Another program, or another sign-in, uses this port. Wait for it or end it, or register a second redirect address with another port and give it with -RedirectUri."
                    : "Use -RedirectUri with http://127.0.0.1:<port>/<path>, or -NoBrowser and paste the address that the browser ends at.",
                exception);
        }

        listener._accepting = Task.WhenAll(listener._listeners.Select(listener.AcceptAsync));
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
        await _stop.CancelAsync();
        StopListening();
        _response.TrySetCanceled();
        await _accepting;
        _stop.Dispose();
        _connections.Dispose();
    }

    /// <summary>
    /// Exactly the address of the redirect URI. The name <c>localhost</c> may mean either family to a browser, so both are taken;
    /// the second only as far as the machine has it.
    /// </summary>
    private void Listen()
    {
        Uri redirect = _request.RedirectUri;
        IPAddress[] addresses = LoopbackAddress.Resolve(redirect);
        Open(addresses[0]);
        foreach (IPAddress more in addresses.Skip(1))
        {
            try
            {
                Open(more);
            }
            catch (SocketException exception)
            {
                Log($"Not listening on [{more}]: {exception.SocketErrorCode}.");
            }
        }

        Log($"Listening at {redirect.OriginalString}.");

        void Open(IPAddress address)
        {
            var listener = new TcpListener(address, redirect.Port) { ExclusiveAddressUse = true };
            listener.Start(MaximumConnections);
            _listeners.Add(listener);
        }
    }

    private void StopListening()
    {
        foreach (TcpListener listener in _listeners)
        {
            listener.Stop();
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        var handling = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _connections.WaitAsync(_stop.Token);
                TcpClient connection = await listener.AcceptTcpClientAsync(_stop.Token);
                handling.RemoveAll(task => task.IsCompletedSuccessfully);
                handling.Add(HandleAsync(connection));
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // A client that gave up before it was accepted must not end the wait for the next one.
                _connections.Release();
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(handling);
    }

    private async Task HandleAsync(TcpClient connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(ReadTimeout);
        try
        {
            using (connection)
            {
                await using Stream stream = await OpenStreamAsync(connection, limit.Token);
                LoopbackRequest request = await LoopbackRequest.ReadAsync(stream, limit.Token);
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                bool showsResult = await AnswerAsync(request, stream, _stop.Token);
                await DrainAsync(connection, stream);
                if (showsResult)
                {
                    _resultShown.TrySetResult();
                }
            }
        }
        catch (LoopbackRequestException exception)
        {
            Log($"Turned a connection away: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            // A browser closes connections that it opened in advance, and refuses a certificate that it does not know yet: both are normal.
            Log($"A connection to the redirect address ended early: {exception.GetType().Name}.");
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<Stream> OpenStreamAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        connection.NoDelay = true;
        if (_certificate is null)
        {
            return connection.GetStream();
        }

        var tls = new SslStream(connection.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = _certificate, ClientCertificateRequired = false }, cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <returns>True when the answer was the page that tells the person how it ended.</returns>
    private async Task<bool> AnswerAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        if (request.Fault is { } fault)
        {
            Log($"Turned a connection away: {fault.Reason}");
            await LoopbackReply.PageAsync(stream, fault.Status, SignInPage.NotThisPage, cancellationToken);
            return false;
        }

        Uri redirect = _request.RedirectUri;
        if (!request.IsFor(redirect))
        {
            Log("Turned a request away: its Host header names another server.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.MisdirectedRequest, SignInPage.NotThisPage, cancellationToken);
            return false;
        }

        if (_request.PrefersPost && request.Path == _startPath && request.Method == "GET")
        {
            await LoopbackReply.StartFormAsync(stream, _request, cancellationToken);
            return false;
        }

        if (request.Path != redirect.AbsolutePath)
        {
            await LoopbackReply.PageAsync(stream, HttpStatusCode.NotFound, SignInPage.NotThisPage, cancellationToken);
            return false;
        }

        return await AnswerCallbackAsync(request, stream, cancellationToken);
    }

    private async Task<bool> AnswerCallbackAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        AuthorizationResponse? response = request.TryReadResponse();
        if (response is not { IsAnswer: true })
        {
            // The page that the browser is sent to after the answer, so that the code does not stay in the address bar and the history.
            if (_result.Task.IsCompletedSuccessfully && response is not null)
            {
                await LoopbackReply.PageAsync(stream, HttpStatusCode.OK, await _result.Task, cancellationToken);
                return true;
            }

            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadRequest, SignInPage.NotAnAnswer, cancellationToken);
            return false;
        }

        if (!response.Belongs(_request))
        {
            StrayResponses++;
            Log("Turned an answer away: its state does not belong to this sign-in.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.BadRequest, SignInPage.WrongSignIn, cancellationToken);
            return false;
        }

        if (Interlocked.Exchange(ref _answered, 1) == 1)
        {
            Log("Turned an answer away: this sign-in has been answered already.");
            await LoopbackReply.PageAsync(stream, HttpStatusCode.Gone, SignInPage.AlreadyAnswered, cancellationToken);
            return false;
        }

        Log("The browser brought the answer.");
        _response.TrySetResult(response);
        await _result.Task.WaitAsync(cancellationToken);
        await LoopbackReply.SeeOtherAsync(stream, _request.RedirectUri.AbsolutePath, cancellationToken);
        return false;
    }

    /// <summary>Closes politely: a reset would take the page out of the browser's hands while it still reads.</summary>
    private static async Task DrainAsync(TcpClient connection, Stream stream)
    {
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        connection.Client.Shutdown(SocketShutdown.Send);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        byte[] rest = new byte[1024];
        try
        {
            while (await connection.Client.ReceiveAsync(rest, patience.Token) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // It keeps the connection open: closed from here.
        }
    }
}
