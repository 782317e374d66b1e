namespace SmartFhir.Http;

/// <summary>
/// Bounds every request of the protocol in time and size, whoever sends it: a library that takes an HttpClient sets no limits of its own,
/// and HttpClient.Timeout would also cut the FHIR requests that -TimeoutSec allows more time. Those are marked as <see cref="Exempt"/>.
/// </summary>
internal sealed class ProtocolLimitsHandler(HttpMessageHandler inner, TimeSpan timeout, int maximumBytes) : DelegatingHandler(inner)
{
    /// <summary>Set on a request whose sender enforces limits of its own.</summary>
    public static readonly HttpRequestOptionsKey<bool> Exempt = new("SmartFhir.OwnLimits");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(Exempt, out bool exempt) && exempt)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        Uri uri = request.RequestUri!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, limit.Token);
            ReadOnlyMemory<byte> body = await BodyReader.ReadAsync(response.Content, uri, maximumBytes, limit.Token);
            response.Content = WithHeadersOf(response.Content, body);
            return response;
        }
        catch (Exception exception)
        {
            response?.Dispose();
            // A cancellation that is not the caller's is the limit; as anything but an error of ours, libraries would pass it off as the caller's.
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw TransportErrors.Translate(exception, uri);
            }

            throw;
        }
    }

    private static ReadOnlyMemoryContent WithHeadersOf(HttpContent original, ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        foreach ((string name, IEnumerable<string> values) in original.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        content.Headers.ContentLength = body.Length;
        original.Dispose();
        return content;
    }
}
