using System.Net;

namespace SmartFhir.Http;

/// <summary>An answer of the FHIR API, read to its end.</summary>
public sealed record FhirResponse
{
    /// <summary>The URL that answered, after redirects.</summary>
    public required Uri RequestUri { get; init; }

    /// <summary>The HTTP status.</summary>
    public required HttpStatusCode StatusCode { get; init; }

    /// <summary>The reason phrase of HTTP/1.1; empty or null in HTTP/2.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>The headers, by name without regard to case; each with its values.</summary>
    public required IReadOnlyDictionary<string, string[]> Headers { get; init; }

    /// <summary>The body as it came, decompressed; JSON is UTF-8 without a byte-order mark.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>From the first byte sent to the last byte read.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary><c>ETag</c>, for example <c>W/"2"</c>.</summary>
    public string? ETag => Header("ETag");

    /// <summary>The id by which the server's operator finds the request in the log.</summary>
    public string? RequestId => RequestIdIn(Headers);

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out string[]? values) && values.Length > 0 ? values[0] : null;

    internal static string? RequestIdIn(IReadOnlyDictionary<string, string[]> headers)
    {
        foreach (string name in (string[])["X-Request-Id", "X-Correlation-Id", "x-ms-request-id", "request-id"])
        {
            if (headers.TryGetValue(name, out string[]? values) && values.Length > 0)
            {
                return values[0];
            }
        }

        return null;
    }
}
