using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Authorization.Loopback;

/// <summary>
/// A very small HTTP(S) server on one loopback address and port (RFC 8252 section 7.3). It answers only the paths of its endpoints, gives
/// every connection little room and little time, and never runs or repeats what it receives.
/// </summary>
internal sealed class LoopbackHost : IAsyncDisposable
{
    private const int MaximumConnections = 32;

    private readonly List<TcpListener> _listeners = [];
    private readonly X509Certificate2? _certificate;
    private readonly Action<string> _log;
    private readonly TimeSpan _readTimeout;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _connections = new(MaximumConnections);
    private volatile ILoopbackEndpoint[] _endpoints = [];
    private Task _accepting = Task.CompletedTask;

    private LoopbackHost(X509Certificate2? certificate, Action<string>? log, TimeSpan? readTimeout)
    {
        _certificate = certificate;
        _log = log ?? (_ => { });
        _readTimeout = readTimeout ?? TimeSpan.FromSeconds(10);
    }

    /// <summary>Starts to listen; every path is unknown until an endpoint is added.</summary>
    /// <param name="address">The address; its path does not matter.</param>
    /// <param name="certificate">The server certificate, with its private key, for https.</param>
    /// <param name="log">Called with lines for the verbose stream. They never hold a query.</param>
    /// <param name="readTimeout">How long a connection may take for the TLS handshake and its request; 10 seconds by default.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ListenerFailed"/> when the address or port cannot be had.</exception>
    public static LoopbackHost Start(Uri address, X509Certificate2? certificate, Action<string>? log, TimeSpan? readTimeout = null)
    {
        var host = new LoopbackHost(certificate, log, readTimeout);
        try
        {
            host.Listen(address);
        }
        catch (SocketException exception)
        {
            host.StopListening();
            throw new SmartException(
                SmartErrorCode.ListenerFailed,
                $"Cannot listen at {address.OriginalString}: {exception.Message}.",
                address,
                exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied
                    ? "Another program, or another sign-in, uses this port. Wait for it or end it, or register a second address with another port and give it with -RedirectUri (or -LaunchUri)."
                    : "Use -RedirectUri with http://127.0.0.1:<port>/<path>, or -NoBrowser and paste the address that the browser ends at.",
                exception);
        }

        host._accepting = Task.WhenAll(host._listeners.Select(host.AcceptAsync));
        return host;
    }

    /// <summary>Answers at one more address from now on.</summary>
    public void Add(ILoopbackEndpoint endpoint) => _endpoints = [.. _endpoints, endpoint];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        StopListening();
        await _accepting;
        _stop.Dispose();
        _connections.Dispose();
    }

    /// <summary>
    /// Exactly the host of the address. The name <c>localhost</c> may mean either family to a browser, so both are taken;
    /// the second only as far as the machine has it.
    /// </summary>
    private void Listen(Uri address)
    {
        IPAddress[] addresses = LoopbackAddress.Resolve(address);
        Open(addresses[0]);
        foreach (IPAddress more in addresses.Skip(1))
        {
            try
            {
                Open(more);
            }
            catch (SocketException exception)
            {
                _log($"Not listening on [{more}]: {exception.SocketErrorCode}.");
            }
        }

        _log($"Listening at {address.OriginalString}.");

        void Open(IPAddress family)
        {
            var listener = new TcpListener(family, address.Port) { ExclusiveAddressUse = true };
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
        limit.CancelAfter(_readTimeout);
        try
        {
            using (connection)
            {
                await using Stream stream = await OpenStreamAsync(connection, limit.Token);
                LoopbackRequest request = await LoopbackRequest.ReadAsync(stream, limit.Token);
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                Action? answered = await AnswerAsync(request, stream, _stop.Token);
                await DrainAsync(connection, stream);
                answered?.Invoke();
            }
        }
        catch (LoopbackRequestException exception)
        {
            _log($"Turned a connection away: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException or SocketException or ObjectDisposedException)
        {
            // A browser closes connections that it opened in advance, and refuses a certificate that it does not know yet: both are normal.
            _log($"A connection to the loopback address ended early: {exception.GetType().Name}.");
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

    private async Task<Action?> AnswerAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken)
    {
        if (request.Fault is { } fault)
        {
            return await TurnAwayAsync(fault.Status, fault.Reason);
        }

        ILoopbackEndpoint[] endpoints = _endpoints;
        if (!endpoints.Any(endpoint => request.IsFor(endpoint.Address)))
        {
            return await TurnAwayAsync(HttpStatusCode.MisdirectedRequest, "its Host header names another server.");
        }

        ILoopbackEndpoint? own = endpoints.FirstOrDefault(endpoint => request.IsFor(endpoint.Address) && endpoint.Serves(request.Path));
        return own is null ? await TurnAwayAsync(HttpStatusCode.NotFound, null) : await own.AnswerAsync(request, stream, cancellationToken);

        async Task<Action?> TurnAwayAsync(HttpStatusCode status, string? reason)
        {
            if (reason is not null)
            {
                _log($"Turned a request away: {reason}");
            }

            await LoopbackReply.PageAsync(stream, status, SignInPage.NotThisPage, cancellationToken);
            return null;
        }
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
