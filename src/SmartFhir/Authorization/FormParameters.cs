namespace SmartFhir.Authorization;

/// <summary>Parameters as a query string or a form carries them.</summary>
internal static class FormParameters
{
    /// <summary>Reads a query string or form body, with or without the leading question mark.</summary>
    /// <param name="text">The parameters.</param>
    /// <param name="duplicate">The first name that is there twice, which RFC 6749 section 3.1 does not allow; null when there is none.</param>
    public static Dictionary<string, string> Parse(string text, out string? duplicate)
    {
        duplicate = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!values.TryAdd(name, equals < 0 ? "" : Decode(pair[(equals + 1)..])))
            {
                duplicate ??= name;
            }
        }

        return values;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
