using System.Globalization;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>A search as it was asked for: what finds resources, and what shapes the answer.</summary>
public sealed record SearchRequest
{
    private const int DefaultCount = 50;
    private const int MaximumCount = 1000;

    /// <summary>The parameters that find resources, in order.</summary>
    public List<KeyValuePair<string, string>> Filters { get; } = [];

    /// <summary>The parameters of the answer's self link: those that were understood.</summary>
    public List<KeyValuePair<string, string>> Understood { get; } = [];

    /// <summary>Parameter names that mean nothing here.</summary>
    public List<string> Unknown { get; } = [];

    public int Count { get; private set; } = DefaultCount;

    public List<(string Name, bool Descending)> Sort { get; } = [];

    public List<string> Include { get; } = [];

    public List<string> ReverseInclude { get; } = [];

    public string Summary { get; private set; } = "false";

    public List<string> Elements { get; } = [];

    public string Total { get; private set; } = "accurate";

    /// <summary>Where this page begins: how many matches were on the pages before.</summary>
    public long Offset { get; private set; }

    /// <exception cref="FhirRequestException">A value that cannot be understood.</exception>
    public static SearchRequest Parse(IEnumerable<KeyValuePair<string, string>> parameters, IReadOnlyDictionary<string, SearchParameter> known)
    {
        var request = new SearchRequest();
        foreach ((string name, string value) in parameters)
        {
            if (name == "_cursor")
            {
                request.Offset = Number(name, value, 0, long.MaxValue);
            }
            else if (request.TakeControl(name, value) || request.TakeFilter(name, value, known))
            {
                request.Understood.Add(new(name, value));
            }
            else
            {
                request.Unknown.Add(name);
            }
        }

        return request;
    }

    private bool TakeControl(string name, string value)
    {
        switch (name)
        {
            case "_count":
                Count = (int)Math.Min(MaximumCount, Number(name, value, 0, int.MaxValue));
                return true;
            case "_sort":
                Sort.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(key => (key.TrimStart('-'), key.StartsWith('-'))));
                return true;
            case "_include" or "_include:iterate":
                Include.Add(value);
                return true;
            case "_revinclude":
                ReverseInclude.Add(value);
                return true;
            case "_summary":
                Summary = OneOf(name, value, "true", "text", "data", "count", "false");
                return true;
            case "_elements":
                Elements.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries));
                return true;
            case "_total":
                Total = OneOf(name, value, "none", "estimate", "accurate");
                return true;
            case "_format":
                return value.Contains("json", StringComparison.OrdinalIgnoreCase) ? true : throw new FhirRequestException(406, "not-supported", $"The format '{value}' is not offered; only JSON is.");
            default:
                return false;
        }
    }

    private bool TakeFilter(string name, string value, IReadOnlyDictionary<string, SearchParameter> known)
    {
        string plain = name.Split(':')[0];
        if (!known.ContainsKey(plain) && SearchParameterCatalog.Common.All(common => common.Name != plain))
        {
            return false;
        }

        if (value.Length > 0)
        {
            Filters.Add(new(name, value));
        }

        return true;
    }

    private static long Number(string name, string value, long minimum, long maximum) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= minimum && number <= maximum
            ? number
            : throw new FhirRequestException(400, "value", $"{name} must be a whole number; it is '{value}'.");

    private static string OneOf(string name, string value, params string[] allowed) =>
        allowed.Contains(value, StringComparer.Ordinal) ? value : throw new FhirRequestException(400, "value", $"{name} must be one of {string.Join(", ", allowed)}; it is '{value}'.");
}
