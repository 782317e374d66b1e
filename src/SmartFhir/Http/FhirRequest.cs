using System.Text;

namespace SmartFhir.Http;

/// <summary>One request to the FHIR API.</summary>
public sealed record FhirRequest
{
    /// <summary>The HTTP method.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Where to, relative to the base (<c>Patient/123</c>, <c>Observation?code=8867-4</c>) or absolute on an allowed origin.</summary>
    public required string Path { get; init; }

    /// <summary>Search parameters beside those of <see cref="Path"/>, not encoded, in order; a name may repeat.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>Further headers; they replace the client's own of the same name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body, or null.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string BodyType { get; init; } = "application/fhir+json; charset=utf-8";

    /// <summary>The URL of the request.</summary>
    /// <param name="fhirBase">The FHIR base, with a trailing slash.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.InvalidArgument"/> for a path that leaves the base or cannot be a URL.</exception>
    public Uri BuildUri(Uri fhirBase)
    {
        ArgumentNullException.ThrowIfNull(fhirBase);
        Uri uri = Resolve(fhirBase);
        if (Query.Count == 0)
        {
            return uri;
        }

        var text = new StringBuilder(uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
        char separator = uri.Query.Length > 1 ? '&' : '?';
        foreach ((string name, string value) in Query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new Uri(text.ToString());
    }

    private Uri Resolve(Uri fhirBase)
    {
        if (Path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || Path.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(Path, UriKind.Absolute, out Uri? absolute) ? absolute : throw Invalid("it is not a URL");
        }

        string relative = Path.Trim().TrimStart('/');
        if (relative.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
        {
            throw Invalid("it has a control character");
        }

        // A fragment is never sent, but '#' stands in canonical URLs and tokens that people search for.
        relative = relative.Replace("#", "%23", StringComparison.Ordinal);

        int query = relative.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? relative : relative[..query];
        // .NET reads a backslash as a slash, and some servers read %2f as one.
        if (Uri.UnescapeDataString(path).Split('/', '\\').Any(segment => segment is "." or ".."))
        {
            throw Invalid("it leaves the FHIR base");
        }

        // The base without its slash: 'Patient' beside it, '?' or nothing behind it, as FHIR writes the system level.
        string start = fhirBase.AbsoluteUri.TrimEnd('/');
        string separator = path.Length == 0 ? "" : "/";
        return Uri.TryCreate(start + separator + relative, UriKind.Absolute, out Uri? uri) ? uri : throw Invalid("it cannot be a part of a URL");
    }

    private SmartException Invalid(string why) => new(
        SmartErrorCode.InvalidArgument,
        $"'{Path}' is not a path of the FHIR API: {why}.",
        remedy: "Give -Path relative to the base, for example Patient/123 or Observation?code=8867-4.");
}
