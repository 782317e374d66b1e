using System.Text.Json;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>Whether two JSON documents hold the same, read by the framework's own reader rather than by ours.</summary>
internal static class JsonComparison
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 300 };

    /// <summary>Where the documents differ in a value, the order of members, or a digit of a number; null when they do not.</summary>
    public static string? Difference(string expected, string actual)
    {
        using var one = JsonDocument.Parse(expected, Options);
        using var other = JsonDocument.Parse(actual, Options);
        return Difference(one.RootElement, other.RootElement, "$");
    }

    private static string? Difference(JsonElement one, JsonElement other, string path)
    {
        if (one.ValueKind != other.ValueKind)
        {
            return $"{path}: {one.ValueKind} became {other.ValueKind}";
        }

        return one.ValueKind switch
        {
            JsonValueKind.Object => Members(one, other, path),
            JsonValueKind.Array => Items(one, other, path),
            JsonValueKind.String => one.GetString() == other.GetString() ? null : $"{path}: {one.GetString()} became {other.GetString()}",
            JsonValueKind.Number => one.GetRawText() == other.GetRawText() ? null : $"{path}: {one.GetRawText()} became {other.GetRawText()}",
            _ => null,
        };
    }

    private static string? Members(JsonElement one, JsonElement other, string path)
    {
        JsonProperty[] left = [.. one.EnumerateObject()];
        JsonProperty[] right = [.. other.EnumerateObject()];
        if (!left.Select(member => member.Name).SequenceEqual(right.Select(member => member.Name), StringComparer.Ordinal))
        {
            return $"{path}: members {string.Join(',', left.Select(member => member.Name))} became {string.Join(',', right.Select(member => member.Name))}";
        }

        return left.Zip(right).Select(pair => Difference(pair.First.Value, pair.Second.Value, $"{path}.{pair.First.Name}")).FirstOrDefault(difference => difference is not null);
    }

    private static string? Items(JsonElement one, JsonElement other, string path)
    {
        JsonElement[] left = [.. one.EnumerateArray()];
        JsonElement[] right = [.. other.EnumerateArray()];
        return left.Length != right.Length
            ? $"{path}: {left.Length} items became {right.Length}"
            : left.Zip(right).Select((pair, i) => Difference(pair.First, pair.Second, $"{path}[{i}]")).FirstOrDefault(difference => difference is not null);
    }
}
