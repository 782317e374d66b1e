using System.Text.RegularExpressions;

namespace SmartFhir.Http;

/// <summary>What a <c>WWW-Authenticate: Bearer</c> header says (RFC 6750 section 3).</summary>
/// <param name="Error"><c>invalid_token</c>, <c>insufficient_scope</c> or <c>invalid_request</c>.</param>
/// <param name="Description">What the server says of it.</param>
/// <param name="Scope">The scope that is missing.</param>
/// <param name="ResourceMetadata">The URL of the protected resource metadata (RFC 9728 section 5.1).</param>
internal sealed partial record BearerChallenge(string? Error, string? Description, string? Scope, string? ResourceMetadata)
{
    public static BearerChallenge Read(FhirResponse response) =>
        Parse(response.Headers.TryGetValue("WWW-Authenticate", out string[]? values) ? string.Join(", ", values) : "");

    public static BearerChallenge Parse(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(text))
        {
            parts.TryAdd(match.Groups["name"].Value, match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["token"].Value);
        }

        return new BearerChallenge(Value("error"), Value("error_description"), Value("scope"), Value("resource_metadata"));

        string? Value(string name) => parts.GetValueOrDefault(name) is { Length: > 0 } value ? Printable.Clip(value, 300) : null;
    }

    [GeneratedRegex("""(?<name>[A-Za-z_]+)\s*=\s*(?:"(?<quoted>[^"]*)"|(?<token>[^\s,"]+))""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
