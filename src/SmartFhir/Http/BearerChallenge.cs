using System.Text.RegularExpressions;

namespace SmartFhir.Http;

/// <summary>What a <c>WWW-Authenticate: Bearer</c> header says (RFC 6750 section 3).</summary>
/// <param name="Error"><c>invalid_token</c>, <c>insufficient_scope</c> or <c>invalid_request</c>.</param>
/// <param name="Scope">The scope that is missing.</param>
internal sealed partial record BearerChallenge(string? Error, string? Scope)
{
    public static BearerChallenge Read(FhirResponse response)
    {
        string text = response.Headers.TryGetValue("WWW-Authenticate", out string[]? values) ? string.Join(", ", values) : "";
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(text))
        {
            parts.TryAdd(match.Groups["name"].Value, match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["token"].Value);
        }

        return new BearerChallenge(parts.GetValueOrDefault("error"), parts.GetValueOrDefault("scope") is { Length: > 0 } scope ? scope : null);
    }

    [GeneratedRegex("""(?<name>[A-Za-z_]+)\s*=\s*(?:"(?<quoted>[^"]*)"|(?<token>[^\s,"]+))""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
