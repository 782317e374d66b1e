using System.Globalization;
using System.Text;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using HlResource = Hl7.Fhir.Model.Resource;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Takes out of a resource the values that R4's search parameters find it by.</summary>
public sealed class ResourceIndexer(SearchParameterCatalog catalog)
{
    private static readonly System.Buffers.SearchValues<char> NotPlain = System.Buffers.SearchValues.Create("()[]' ");
    private static readonly FhirEvaluationContext Context = new() { ElementResolver = ResolveType };

    public IEnumerable<IndexEntry> Index(HlResource resource)
    {
        foreach (SearchParameter parameter in catalog.For(resource.TypeName).Values)
        {
            foreach (string expression in parameter.Expressions)
            {
                foreach (Base value in Select(resource, expression))
                {
                    foreach (IndexEntry entry in Entries(parameter, value))
                    {
                        yield return entry;
                    }
                }
            }
        }
    }

    public static string Normalize(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char character in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.ToLowerInvariant(character));
            }
        }

        return plain.ToString();
    }

    /// <summary>
    /// Most expressions are a plain path (<c>Observation.code</c>), which is walked here at a fraction of the engine's cost;
    /// everything else goes to the FHIRPath engine.
    /// </summary>
    private static IEnumerable<Base> Select(HlResource resource, string expression)
    {
        if (expression.AsSpan().IndexOfAny(NotPlain) >= 0)
        {
            return resource.Select(expression, Context).OfType<Base>();
        }

        IEnumerable<Base> found = [resource];
        foreach (string step in expression.Split('.').Skip(1))
        {
            found = found.SelectMany(element => Children(element, step));
        }

        return found;
    }

    private static IEnumerable<Base> Children(Base element, string name) => element.TryGetValue(name, out object? value)
        ? value switch
        {
            Base one => [one],
            IEnumerable<Base> many => many,
            _ => [],
        }
        : [];

    /// <summary><c>resolve() is Patient</c> asks for nothing but the type, which stands in the reference.</summary>
    private static PocoNode? ResolveType(string reference)
    {
        string[] parts = reference.Split('/');
        return parts.Length >= 2 && ModelInfo.GetTypeForFhirType(parts[^2]) is { } type && Activator.CreateInstance(type) is Base stub
            ? stub.ToPocoNode()
            : null;
    }

    private static IEnumerable<IndexEntry> Entries(SearchParameter parameter, Base value) => parameter.Kind switch
    {
        SearchParamType.Token => Tokens(parameter.Name, value),
        SearchParamType.String => Strings(parameter.Name, value),
        SearchParamType.Reference => References(parameter.Name, value),
        SearchParamType.Date => Dates(parameter.Name, value),
        SearchParamType.Uri => value is PrimitiveType { JsonValue: string uri } ? [new IndexEntry("uri", parameter.Name) { Value = uri }] : [],
        SearchParamType.Number => Numbers(parameter.Name, value),
        SearchParamType.Quantity => Quantities(parameter.Name, value),
        _ => [],
    };

    private static IEnumerable<IndexEntry> Tokens(string name, Base value) => value switch
    {
        CodeableConcept concept => concept.Coding.Select(coding => Token(name, coding.System, coding.Code, coding.Display ?? concept.Text)),
        Coding coding => [Token(name, coding.System, coding.Code, coding.Display)],
        Identifier identifier => [Token(name, identifier.System, identifier.Value, identifier.Type?.Text)],
        ContactPoint contact => [Token(name, contact.System?.ToString().ToLowerInvariant(), contact.Value, null)],
        PrimitiveType { JsonValue: bool flag } => [Token(name, null, flag ? "true" : "false", null)],
        PrimitiveType primitive => [Token(name, null, Convert.ToString(primitive.JsonValue, CultureInfo.InvariantCulture), null)],
        _ => [],
    };

    private static IndexEntry Token(string name, string? system, string? code, string? text) => new("token", name) { System = system, Value = code, Text = text };

    private static IEnumerable<IndexEntry> Strings(string name, Base value)
    {
        IEnumerable<string?> texts = value switch
        {
            HumanName human => [human.Family, .. human.Given, .. human.Prefix, .. human.Suffix, human.Text],
            Address address => [.. address.Line, address.City, address.District, address.State, address.PostalCode, address.Country, address.Text],
            PrimitiveType primitive => [Convert.ToString(primitive.JsonValue, CultureInfo.InvariantCulture)],
            _ => [],
        };
        return texts.OfType<string>().Where(text => text.Length > 0).Select(text => new IndexEntry("string", name) { Value = Normalize(text), Text = text });
    }

    private static IEnumerable<IndexEntry> References(string name, Base value)
    {
        string? reference = value switch
        {
            ResourceReference element => element.Reference,
            PrimitiveType { JsonValue: string canonical } => canonical,
            _ => null,
        };
        if (reference is null || reference.StartsWith('#'))
        {
            yield break;
        }

        string[] parts = reference.Split("/_history/")[0].Split('/');
        bool typed = parts.Length >= 2 && ModelInfo.IsKnownResource(parts[^2]);
        yield return new IndexEntry("reference", name) { System = typed ? parts[^2] : null, Value = typed ? parts[^1] : reference };
    }

    private static IEnumerable<IndexEntry> Dates(string name, Base value)
    {
        (string? low, string? high) = value switch
        {
            Period period => (period.Start, period.End),
            PrimitiveType { JsonValue: string text } => (text, text),
            Timing timing => (timing.Event.FirstOrDefault(), timing.Event.LastOrDefault()),
            _ => (null, null),
        };
        if (low is null && high is null)
        {
            yield break;
        }

        bool hasLow = DateRange.TryParse(low ?? "", out DateRange first);
        bool hasHigh = DateRange.TryParse(high ?? "", out DateRange last);
        yield return new IndexEntry("date", name) { Low = hasLow ? first.Low : DateRange.Minimum, High = hasHigh ? last.High : DateRange.Maximum };
    }

    private static IEnumerable<IndexEntry> Numbers(string name, Base value) => value is PrimitiveType { JsonValue: decimal or int or long } primitive
        ? [new IndexEntry("number", name) { Low = Convert.ToDouble(primitive.JsonValue, CultureInfo.InvariantCulture) }]
        : [];

    private static IEnumerable<IndexEntry> Quantities(string name, Base value) => value is Quantity { Value: { } amount } quantity
        ? [new IndexEntry("number", name) { Low = (double)amount, System = quantity.System, Value = quantity.Code, Text = quantity.Unit }]
        : [];
}
