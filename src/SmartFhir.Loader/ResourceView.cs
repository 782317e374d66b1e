using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace SmartFhir;

/// <summary>
/// One-line texts for SmartFhir.format.ps1xml. They take whatever stands in the element and never throw: real data is odd, and a view
/// that fails shows nothing at all.
/// </summary>
public static class ResourceView
{
    /// <summary>A HumanName or a list of them: <c>Family, Given</c> of the official or usual one (FHIR R4, HumanName).</summary>
    public static string? HumanName(object? names)
    {
        object?[] all = Items(names);
        object? name = all.FirstOrDefault(item => Text(item, "use") == "official") ?? all.FirstOrDefault(item => Text(item, "use") == "usual") ?? all.FirstOrDefault();
        if (name is null)
        {
            return null;
        }

        string given = string.Join(' ', Items(Get(name, "given")).Select(Plain));
        string? family = Text(name, "family");
        return (family, given.Length) switch
        {
            (null, 0) => Text(name, "text"),
            (null, _) => given,
            (_, 0) => family,
            _ => $"{family}, {given}",
        };
    }

    /// <summary>An Address or a list of them: city, state, country of the first.</summary>
    public static string? Address(object? addresses) => Items(addresses).FirstOrDefault() is { } address
        ? Text(address, "text") ?? string.Join(", ", new[] { Text(address, "city"), Text(address, "state"), Text(address, "country") }.Where(part => part is not null))
        : null;

    /// <summary>A CodeableConcept or a list of them: the text, or the display or code of the first coding.</summary>
    public static string? Concept(object? concepts) => Items(concepts).FirstOrDefault() is { } concept
        ? Text(concept, "text") ?? Items(Get(concept, "coding")).Select(Coding).FirstOrDefault(text => text is not null)
        : null;

    /// <summary>A Coding: its display, or its code.</summary>
    public static string? Coding(object? coding) => Items(coding).FirstOrDefault() is { } first ? Text(first, "display") ?? Text(first, "code") : null;

    /// <summary>The start of a Period.</summary>
    public static string? Start(object? period) => Text(period, "start");

    /// <summary>The day of a date or time, as it stands there: a table has no room for the rest.</summary>
    public static string? Day(string? time) => time is { Length: > 10 } && time[10] == 'T' ? time[..10] : time;

    /// <summary>The first of the named elements that is there, as text. <c>onset*</c> stands for <c>onsetDateTime</c>, <c>onsetAge</c> and so on.</summary>
    public static string? First(object? resource, params string[] names) => names.Select(name => Choice(resource, name)).FirstOrDefault(text => text is not null);

    /// <summary>The value of an Observation with its unit; components joined by a slash when they share one (blood pressure), else by semicolons.</summary>
    public static string? ObservationValue(object? observation)
    {
        if (Choice(observation, "value*") is { } value)
        {
            return value;
        }

        object?[] components = Items(Get(observation, "component"));
        if (components.Length == 0)
        {
            return Concept(Get(observation, "dataAbsentReason"));
        }

        object?[] quantities = [.. components.Select(component => Get(component, "valueQuantity"))];
        string?[] units = [.. quantities.Select(quantity => Text(quantity, "unit") ?? Text(quantity, "code")).Distinct(StringComparer.Ordinal)];
        return quantities.All(quantity => quantity is not null) && units.Length == 1
            ? $"{string.Join('/', quantities.Select(quantity => Text(quantity, "value")))} {units[0]}"
            : string.Join("; ", components.Select(component => $"{Concept(Get(component, "code"))} {Choice(component, "value*")}"));
    }

    /// <summary>What a Bundle's entries are: <c>Patient 5, Observation 12</c>.</summary>
    public static string BundleContent(object? entries) => string.Join(", ", Items(entries)
        .Select(entry => Text(Get(entry, "resource"), "resourceType"))
        .OfType<string>()
        .GroupBy(type => type, StringComparer.Ordinal)
        .Select(group => $"{group.Key} {group.Count()}"));

    /// <summary>One member of every issue of an OperationOutcome; <c>text</c> is the details or the diagnostics.</summary>
    public static string Issues(object? issues, string member) => string.Join("; ", Items(issues).Select(issue => member switch
    {
        "text" => Text(Get(issue, "details"), "text") ?? Text(issue, "diagnostics"),
        "expression" => string.Join(", ", Items(Get(issue, "expression") ?? Get(issue, "location")).Select(Plain)),
        _ => Text(issue, member),
    }));

    /// <summary>What a resource of any type is about, from the elements that most types share.</summary>
    public static string? Summary(object? resource) =>
        Plain(Get(resource, "title"))
        ?? Concept(Get(resource, "code"))
        ?? Concept(Get(resource, "vaccineCode"))
        ?? (Get(resource, "name") is { } name ? name is string text ? text : HumanName(name) : null)
        ?? Concept(Get(resource, "type"))
        ?? Plain(Get(resource, "description"))
        ?? Plain(Get(resource, "status"));

    private static string? Choice(object? element, string pattern)
    {
        if (!pattern.EndsWith('*'))
        {
            return Plain(Get(element, pattern));
        }

        string stem = pattern[..^1];
        object? value = Properties(element).FirstOrDefault(property => IsChoice(property.Name, stem))?.Value;
        return value is null ? null : Describe(value);
    }

    /// <summary><c>valueQuantity</c> belongs to <c>value*</c>; <c>valueset</c> does not.</summary>
    private static bool IsChoice(string name, string stem) =>
        name.StartsWith(stem, StringComparison.Ordinal) && name.Length > stem.Length && char.IsUpper(name[stem.Length]);

    /// <summary>A choice element of any type: Quantity, CodeableConcept, Period, Reference, Range, Ratio or a primitive.</summary>
    private static string? Describe(object value)
    {
        if (Plain(value) is { } plain)
        {
            return plain;
        }

        if (Text(value, "value") is { } number)
        {
            return $"{Text(value, "comparator")}{number} {Text(value, "unit") ?? Text(value, "code")}".TrimEnd();
        }

        if (Get(value, "low") is not null || Get(value, "high") is not null)
        {
            return $"{Text(Get(value, "low"), "value")} - {Text(Get(value, "high"), "value")}";
        }

        if (Get(value, "numerator") is { } numerator)
        {
            return $"{Describe(numerator)} / {(Get(value, "denominator") is { } denominator ? Describe(denominator) : null)}";
        }

        return Concept(value) ?? Text(value, "start") ?? Text(value, "display") ?? Text(value, "reference");
    }

    private static object?[] Items(object? value) => Unwrap(value) switch
    {
        null => [],
        string text => [text],
        IDictionary dictionary => [dictionary],
        IEnumerable list => [.. list.Cast<object?>()],
        _ => [value],
    };

    private static IEnumerable<PSPropertyInfo> Properties(object? element) => element is null or string or ValueType ? [] : PSObject.AsPSObject(element).Properties;

    private static object? Get(object? element, string name)
    {
        try
        {
            return element is null or string or ValueType ? null : PSObject.AsPSObject(element).Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private static string? Text(object? element, string name) => Plain(Get(element, name));

    private static string? Plain(object? value) => Unwrap(value) switch
    {
        string text => text,
        ValueType scalar => FhirJsonReader.RawTextOf(scalar) ?? Convert.ToString(scalar, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject and { } inner } ? inner : value;
}
