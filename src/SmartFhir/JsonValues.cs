using System.Text.Json;

namespace SmartFhir;

/// <summary>Plain values for members of protocol documents that have no type of their own.</summary>
internal static class JsonValues
{
    /// <summary>A string, long, decimal or double, bool, null, list or dictionary.</summary>
    public static object? ToObject(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => Number(value),
        JsonValueKind.Array => value.EnumerateArray().Select(ToObject).ToArray(),
        JsonValueKind.Object => value.EnumerateObject()
            .GroupBy(member => member.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => ToObject(group.Last().Value), StringComparer.Ordinal),
        _ => null,
    };

    private static object Number(JsonElement value)
    {
        if (value.TryGetInt64(out long whole))
        {
            return whole;
        }

        return value.TryGetDecimal(out decimal exact) ? exact : value.GetDouble();
    }
}
