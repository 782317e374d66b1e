using System.Globalization;
using System.Net;
using System.Text;

namespace SmartFhir.Authorization.Loopback;

/// <summary>The connection ended or spoke something else before a request was complete.</summary>
internal sealed class LoopbackRequestException(string message) : Exception(message);

/// <summary>Why a request is turned away before anything in it is looked at.</summary>
/// <param name="Status">The status to answer with.</param>
/// <param name="Reason">For the log; holds nothing of the request.</param>
internal sealed record LoopbackFault(HttpStatusCode Status, string Reason);

/// <summary>
/// One HTTP/1.1 request to the redirect URI, read with limits: 16 KiB of header, 16 KiB of form.
/// GET brings the answer in the query, POST in a form (<c>response_mode=form_post</c>); nothing else is understood.
/// </summary>
internal sealed class LoopbackRequest
{
    internal const int MaximumHeaderBytes = 16 * 1024;
    internal const int MaximumBodyBytes = 16 * 1024;

    private string _query = "";
    private string _host = "";
    private string? _form;

    public string Method { get; private set; } = "";

    public string Path { get; private set; } = "";

    public LoopbackFault? Fault { get; private set; }

    /// <summary>True when the Host header names the redirect URI's own host and port: a page of another name that resolves here is turned away.</summary>
    public bool IsFor(Uri redirect) =>
        string.Equals(_host, redirect.IsDefaultPort ? redirect.Host : $"{redirect.Host}:{redirect.Port}", StringComparison.OrdinalIgnoreCase)
        || string.Equals(_host, $"{redirect.Host}:{redirect.Port}", StringComparison.OrdinalIgnoreCase);

    /// <summary>The parameters of the answer, or null when they cannot be read.</summary>
    public AuthorizationResponse? TryReadResponse()
    {
        try
        {
            return AuthorizationResponse.Parse(_form ?? _query);
        }
        catch (SmartException)
        {
            return null;
        }
    }

    /// <summary>The parameters of the request, or null when one of them is there twice.</summary>
    public Dictionary<string, string>? TryReadParameters() => FormParameters.Parse(_form ?? _query, out string? duplicate) is var values && duplicate is null ? values : null;

    /// <summary>Reads a request; a request that breaks a limit comes back with a <see cref="Fault"/>, so that it can be answered.</summary>
    /// <exception cref="LoopbackRequestException">The connection ended before the request did.</exception>
    public static async Task<LoopbackRequest> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var request = new LoopbackRequest();
        byte[] buffer = new byte[MaximumHeaderBytes];
        (int read, int headerEnd) = await ReadHeaderAsync(stream, buffer, cancellationToken);
        if (headerEnd < 0)
        {
            request.Fault = new(HttpStatusCode.RequestHeaderFieldsTooLarge, $"its header is larger than {MaximumHeaderBytes} bytes.");
            return request;
        }

        Dictionary<string, string>? headers = request.ParseHeader(Encoding.Latin1.GetString(buffer, 0, headerEnd));
        if (headers is null)
        {
            request.Fault = new(HttpStatusCode.BadRequest, "it is not an HTTP/1.1 request.");
            return request;
        }

        if (request.Method is not ("GET" or "POST"))
        {
            request.Fault = new(HttpStatusCode.MethodNotAllowed, "its method is neither GET nor POST.");
            return request;
        }

        if (request.Method == "POST")
        {
            await request.ReadFormAsync(stream, headers, buffer.AsMemory(headerEnd + 4, read - headerEnd - 4), cancellationToken);
        }

        return request;
    }

    private static async Task<(int Read, int HeaderEnd)> ReadHeaderAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        int read = 0;
        while (read < buffer.Length)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken);
            if (count == 0)
            {
                throw new LoopbackRequestException("it closed before its request was complete.");
            }

            int searchFrom = Math.Max(0, read - 3);
            read += count;
            int end = buffer.AsSpan(searchFrom, read - searchFrom).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (read, searchFrom + end);
            }
        }

        return (read, -1);
    }

    private Dictionary<string, string>? ParseHeader(string header)
    {
        string[] lines = header.Split("\r\n");
        string[] start = lines[0].Split(' ');
        if (start.Length != 3 || !start[2].StartsWith("HTTP/1.", StringComparison.Ordinal) || !start[1].StartsWith('/'))
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
            {
                // A header twice: for the ones that matter here (Host, Content-Length) that is an attack, for the rest it does not matter.
                if (colon <= 0 || line[..colon].ToUpperInvariant() is "HOST" or "CONTENT-LENGTH" or "TRANSFER-ENCODING")
                {
                    return null;
                }
            }
        }

        int question = start[1].IndexOf('?', StringComparison.Ordinal);
        Method = start[0];
        Path = question < 0 ? start[1] : start[1][..question];
        _query = question < 0 ? "" : start[1][(question + 1)..];
        _host = headers.GetValueOrDefault("Host", "");
        return headers;
    }

    private async Task ReadFormAsync(Stream stream, Dictionary<string, string> headers, ReadOnlyMemory<byte> start, CancellationToken cancellationToken)
    {
        if (!headers.GetValueOrDefault("Content-Type", "").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || !int.TryParse(headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out int length))
        {
            Fault = new(HttpStatusCode.UnsupportedMediaType, "its body is not a form of a known length.");
            return;
        }

        if (length > MaximumBodyBytes)
        {
            Fault = new(HttpStatusCode.RequestEntityTooLarge, $"its form is larger than {MaximumBodyBytes} bytes.");
            return;
        }

        byte[] body = new byte[length];
        int have = Math.Min(start.Length, length);
        start[..have].CopyTo(body);
        try
        {
            await stream.ReadExactlyAsync(body.AsMemory(have), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            throw new LoopbackRequestException("it closed before its form was complete.");
        }

        _form = Encoding.UTF8.GetString(body);
    }
}
