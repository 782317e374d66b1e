using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hl7.Fhir.Model;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>One search parameter of a resource type.</summary>
/// <param name="Name">The name in a query.</param>
/// <param name="Kind">How its values are compared.</param>
/// <param name="Expressions">FHIRPath expressions on that type.</param>
/// <param name="Targets">The types that a reference may point to.</param>
public sealed record SearchParameter(string Name, SearchParamType Kind, IReadOnlyList<string> Expressions, IReadOnlyList<string> Targets);

/// <summary>The search parameters of R4 itself, by resource type, as Hl7.Fhir.R4 publishes them.</summary>
public sealed class SearchParameterCatalog
{
    private static readonly SearchParamType[] Kinds =
    [
        SearchParamType.Token, SearchParamType.String, SearchParamType.Reference, SearchParamType.Date,
        SearchParamType.Quantity, SearchParamType.Number, SearchParamType.Uri,
    ];

    private readonly ConcurrentDictionary<string, FrozenDictionary<string, SearchParameter>> _byType = new(StringComparer.Ordinal);

    /// <summary>The parameters that every type has beside its own and that are answered from the resource row.</summary>
    public static IReadOnlyList<(string Name, SearchParamType Kind)> Common { get; } = [("_id", SearchParamType.Token), ("_lastUpdated", SearchParamType.Date)];

    public static bool IsResourceType(string type) => ModelInfo.IsKnownResource(type);

    public IReadOnlyDictionary<string, SearchParameter> For(string type) => _byType.GetOrAdd(type, Build);

    private static FrozenDictionary<string, SearchParameter> Build(string type) => ModelInfo.SearchParameters
        .Where(definition => definition.Resource == type && Kinds.Contains(definition.Type) && definition.Expression is { Length: > 0 } && !definition.Name!.StartsWith('_'))
        .GroupBy(definition => definition.Name!, StringComparer.Ordinal)
        .Select(group => group.First())
        .Select(definition => new SearchParameter(
            definition.Name!, definition.Type, [.. ExpressionsFor(definition.Expression!, type)], [.. (definition.Target ?? []).Select(target => target.ToString())]))
        .Where(parameter => parameter.Expressions.Count > 0)
        .ToFrozenDictionary(parameter => parameter.Name, StringComparer.Ordinal);

    /// <summary>A definition may be shared by many types, as a union; this type's parts are taken out of it.</summary>
    private static IEnumerable<string> ExpressionsFor(string expression, string type)
    {
        int depth = 0;
        int start = 0;
        for (int index = 0; index <= expression.Length; index++)
        {
            char character = index < expression.Length ? expression[index] : '|';
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (character != '|' || depth != 0)
            {
                continue;
            }

            string part = expression[start..index].Trim();
            start = index + 1;
            string head = part.TrimStart('(');
            if (head.StartsWith(type, StringComparison.Ordinal) && head.Length > type.Length && !char.IsLetter(head[type.Length]))
            {
                yield return part;
            }
        }
    }
}
