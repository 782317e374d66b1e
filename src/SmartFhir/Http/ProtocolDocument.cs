using System.Net;
using System.Text;
using System.Text.Json;

namespace SmartFhir.Http;

/// <summary>An answer to a request for a document of the protocol.</summary>
/// <param name="Uri">Where it came from, after redirects.</param>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="ContentType">The media type that the server claims, or null.</param>
/// <param name="Body">The body.</param>
/// <param name="WwwAuthenticate">The challenge of a 401.</param>
public sealed record ProtocolAnswer(Uri Uri, HttpStatusCode StatusCode, string? ContentType, byte[] Body, string? WwwAuthenticate);

/// <summary>
/// Reads documents of the protocol (discovery, keys): follows redirects, never from https to http; reads JSON whatever the
/// Content-Type or a byte-order mark says; limits size and depth.
/// </summary>
public static class ProtocolDocument
{
    private const int MaximumRedirects = 5;
    private const int MaximumDepth = 64;
    private const int ExcerptLength = 120;

    /// <summary>GET.</summary>
    /// <exception cref="SmartException">The connection fails, a redirect leads to plain http, or the body is too large.</exception>
    public static async Task<ProtocolAnswer> GetAsync(HttpClient http, Uri uri, string accept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(uri);
        Uri start = uri;
        for (int redirects = 0; ; redirects++)
        {
            ProtocolAnswer answer = await SendAsync(http, uri, accept, cancellationToken);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Uri == uri)
            {
                return answer with { Uri = uri };
            }

            bool downgraded = answer.Uri.Scheme != Uri.UriSchemeHttps && (uri.Scheme == Uri.UriSchemeHttps || answer.Uri.Scheme != Uri.UriSchemeHttp);
            if (downgraded || redirects == MaximumRedirects)
            {
                throw new SmartException(
                    SmartErrorCode.DiscoveryFailed,
                    downgraded
                        ? $"{uri} redirects to {answer.Uri.GetLeftPart(UriPartial.Path)}, which is not https."
                        : $"{start} redirects more than {MaximumRedirects} times.",
                    uri,
                    "Use the address that the server publishes for its FHIR API.");
            }

            uri = answer.Uri;
        }
    }

    /// <summary>GET of a document that must be there and be a JSON object. Dispose the result.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ResponseNotJson"/>, <see cref="SmartErrorCode.DiscoveryFailed"/>, or a failure of the connection.</exception>
    public static async Task<JsonDocument> GetJsonAsync(HttpClient http, Uri uri, CancellationToken cancellationToken)
    {
        ProtocolAnswer answer = await GetAsync(http, uri, "application/json", cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new SmartException(
                SmartErrorCode.DiscoveryFailed, $"{uri} answered HTTP {(int)answer.StatusCode}.", uri, "Report it to the server's operator, or try again later.");
        }

        return ParseObject(answer);
    }

    /// <summary>The body as a JSON object.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ResponseNotJson"/>.</exception>
    public static JsonDocument ParseObject(ProtocolAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            JsonDocument document = JsonDocument.Parse(JsonText.ToUtf8(answer.Body), new JsonDocumentOptions { MaxDepth = MaximumDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Told below, with what came instead.
        }

        throw new SmartException(
            SmartErrorCode.ResponseNotJson,
            $"{answer.Uri} answered HTTP {(int)answer.StatusCode} with {answer.ContentType ?? "no Content-Type"}, but not with a JSON object: {Excerpt(answer.Body)}",
            answer.Uri,
            "The address may be a web page, or a proxy or login page may stand in front of it.");
    }

    /// <summary>The first printable characters of a body, for messages.</summary>
    public static string Excerpt(byte[] body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ReadOnlySpan<byte> text = JsonText.ToUtf8(body).Span;
        string line = Printable.Clip(Encoding.UTF8.GetString(text[..Math.Min(text.Length, ExcerptLength * 4)]), ExcerptLength);
        return line.Length == 0 ? "(empty)" : line;
    }

    /// <returns>The answer; for a redirect its Uri is where it leads.</returns>
    private static async Task<ProtocolAnswer> SendAsync(HttpClient http, Uri uri, string accept, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            Uri next = response.Headers.Location is { } location ? new Uri(uri, location) : uri;
            return new ProtocolAnswer(
                next, response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, response.StatusCode == HttpStatusCode.Unauthorized ? response.Headers.WwwAuthenticate.ToString() : null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TransportErrors.Translate(exception, uri);
        }
    }
}
