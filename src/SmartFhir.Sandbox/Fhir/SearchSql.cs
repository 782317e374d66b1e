using System.Globalization;
using System.Text;
using Hl7.Fhir.Model;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Builds the WHERE clause of a search (FHIR R4, Search). Values travel as parameters only.</summary>
public sealed class SearchSql(string type, IReadOnlyDictionary<string, SearchParameter> known, Uri fhirBase)
{
    private readonly List<(string, object?)> _parameters = [];
    private readonly StringBuilder _where = new("r.type = $type AND r.current = 1 AND r.deleted = 0");

    public IReadOnlyList<(string Name, object? Value)> Parameters => [.. _parameters, ("$type", type)];

    public string Where => _where.ToString();

    /// <summary>Adds one parameter: all of them must hold; the values of one, split by commas, are alternatives.</summary>
    /// <exception cref="FhirRequestException">A modifier or value that is not understood.</exception>
    public void Add(string name, string value)
    {
        string[] parts = name.Split(':', 2);
        (SearchParamType kind, SearchParameter? parameter) = KindOf(parts[0]);
        string? modifier = parts.Length == 2 ? parts[1] : null;
        if (modifier == "missing")
        {
            AddMissing(parts[0], kind, value);
            return;
        }

        bool not = modifier == "not";
        string any = string.Join(" OR ", SplitEscaped(value, ',').Select(alternative => $"({Condition(parts[0], kind, parameter, not ? null : modifier, alternative)})"));
        _where.Append(CultureInfo.InvariantCulture, $" AND {(not ? "NOT " : "")}({any})");
    }

    /// <summary>Adds a condition on the row itself.</summary>
    public void AddRaw(string sql, params (string Name, object? Value)[] parameters)
    {
        _where.Append(" AND ").Append(sql);
        _parameters.AddRange(parameters);
    }

    /// <summary>The ORDER BY clause; ends with the row, so that pages are stable.</summary>
    public string OrderBy(IEnumerable<(string Name, bool Descending)> keys)
    {
        var order = new StringBuilder();
        foreach ((string name, bool descending) in keys)
        {
            string direction = descending ? "DESC" : "ASC";
            string expression = name switch
            {
                "_id" => "r.id",
                "_lastUpdated" => "r.updated",
                _ when known.TryGetValue(name, out SearchParameter? parameter) =>
                    $"(SELECT {(descending ? "MAX" : "MIN")}({(TableOf(parameter.Kind) is "date" or "number" ? "low" : "value")}) FROM idx_{TableOf(parameter.Kind)} s WHERE s.rid = r.rid AND s.param = {Bind(name)})",
                _ => throw new FhirRequestException(400, "value", $"_sort: there is no search parameter '{name}' on {type}."),
            };
            order.Append(CultureInfo.InvariantCulture, $"{expression} {direction} NULLS LAST, ");
        }

        return order.Append("r.rid").ToString();
    }

    private static string TableOf(SearchParamType kind) => kind switch
    {
        SearchParamType.Token => "token",
        SearchParamType.String => "string",
        SearchParamType.Reference => "reference",
        SearchParamType.Date => "date",
        SearchParamType.Uri => "uri",
        _ => "number",
    };

    private (SearchParamType Kind, SearchParameter? Parameter) KindOf(string name) => known.TryGetValue(name, out SearchParameter? parameter)
        ? (parameter.Kind, parameter)
        : (SearchParameterCatalog.Common.First(common => common.Name == name).Kind, null);

    private void AddMissing(string name, SearchParamType kind, string value)
    {
        bool missing = value switch
        {
            "true" => true,
            "false" => false,
            _ => throw new FhirRequestException(400, "value", $"{name}:missing must be true or false; it is '{value}'."),
        };
        string exists = known.ContainsKey(name) ? $"EXISTS (SELECT 1 FROM idx_{TableOf(kind)} i WHERE i.rid = r.rid AND i.param = {Bind(name)})" : "1";
        _where.Append(CultureInfo.InvariantCulture, $" AND {(missing ? "NOT " : "")}{exists}");
    }

    private string Condition(string name, SearchParamType kind, SearchParameter? parameter, string? modifier, string value)
    {
        if (name == "_id")
        {
            return $"r.id = {Bind(Unescape(value))}";
        }

        if (name == "_lastUpdated")
        {
            return DateCondition(name, value, "r.updated", "r.updated + 1");
        }

        string inner = kind switch
        {
            SearchParamType.Token => TokenCondition(name, modifier, value),
            SearchParamType.String => StringCondition(name, modifier, value),
            SearchParamType.Reference => ReferenceCondition(name, modifier, value, parameter!),
            SearchParamType.Date => Plain(name, modifier, () => DateCondition(name, value, "i.low", "i.high")),
            SearchParamType.Uri => Plain(name, modifier, () => $"i.value = {Bind(Unescape(value))}"),
            _ => Plain(name, modifier, () => NumberCondition(name, value)),
        };
        return $"r.rid IN (SELECT i.rid FROM idx_{TableOf(kind)} i WHERE i.type = $type AND i.param = {Bind(name)} AND {inner})";
    }

    private static string Plain(string name, string? modifier, Func<string> condition) => modifier is null ? condition() : throw Unsupported(name, modifier);

    private static FhirRequestException Unsupported(string name, string modifier) => new(400, "not-supported", $"The modifier ':{modifier}' is not supported on '{name}'.");

    private string TokenCondition(string name, string? modifier, string value)
    {
        if (modifier == "text")
        {
            return $"i.text LIKE {Bind(Like(Unescape(value)) + "%")} ESCAPE '\\'";
        }

        if (modifier is not null)
        {
            throw Unsupported(name, modifier);
        }

        string[] halves = [.. SplitEscaped(value, '|').Select(Unescape)];
        return halves switch
        {
            [var code] => $"i.value = {Bind(code)}",
            ["", var code] => $"i.system IS NULL AND i.value = {Bind(code)}",
            [var system, ""] => $"i.system = {Bind(system)}",
            [var system, var code] => $"i.system = {Bind(system)} AND i.value = {Bind(code)}",
            _ => throw new FhirRequestException(400, "value", $"'{value}' is not a token for '{name}'."),
        };
    }

    private string StringCondition(string name, string? modifier, string value)
    {
        string text = Unescape(value);
        return modifier switch
        {
            null => $"i.value LIKE {Bind(Like(ResourceIndexer.Normalize(text)) + "%")} ESCAPE '\\'",
            "exact" => $"i.text = {Bind(text)}",
            "contains" => $"i.value LIKE {Bind("%" + Like(ResourceIndexer.Normalize(text)) + "%")} ESCAPE '\\'",
            _ => throw Unsupported(name, modifier),
        };
    }

    private string ReferenceCondition(string name, string? modifier, string value, SearchParameter parameter)
    {
        if (modifier is not null && !parameter.Targets.Contains(modifier, StringComparer.Ordinal))
        {
            throw Unsupported(name, modifier);
        }

        string text = Unescape(value);
        string own = fhirBase.AbsoluteUri.TrimEnd('/') + "/";
        if (text.StartsWith(own, StringComparison.Ordinal))
        {
            text = text[own.Length..];
        }

        string[] parts = text.Split('/');
        return parts switch
        {
            [var id] when modifier is not null => $"i.system = {Bind(modifier)} AND i.value = {Bind(id)}",
            [var id] => $"i.value = {Bind(id)}",
            [var target, var id] when SearchParameterCatalog.IsResourceType(target) => $"i.system = {Bind(target)} AND i.value = {Bind(id)}",
            _ => $"i.value = {Bind(text)}",
        };
    }

    private string DateCondition(string name, string value, string low, string high)
    {
        (string prefix, string text) = SplitPrefix(value);
        if (!DateRange.TryParse(text, out DateRange range))
        {
            throw new FhirRequestException(400, "value", $"'{value}' is not a date for '{name}'. Use yyyy, yyyy-MM, yyyy-MM-dd or yyyy-MM-ddTHH:mm:ssZ, with eq, ne, gt, lt, ge, le, sa, eb or ap before it.");
        }

        string first = Bind(range.Low);
        string last = Bind(range.High);
        return prefix switch
        {
            "eq" => $"{low} >= {first} AND {high} <= {last}",
            "ne" => $"NOT ({low} >= {first} AND {high} <= {last})",
            "gt" => $"{high} > {last}",
            "lt" => $"{low} < {first}",
            "ge" => $"{high} > {first}",
            "le" => $"{low} < {last}",
            "sa" => $"{low} >= {last}",
            "eb" => $"{high} <= {first}",
            _ => $"{low} < {Bind(range.High + Margin(range))} AND {high} > {Bind(range.Low - Margin(range))}",
        };
    }

    /// <summary><c>ap</c>: a tenth of the distance to now, as the specification proposes.</summary>
    private static long Margin(DateRange range) => Math.Abs(DateTime.UtcNow.Ticks - range.Low) / 10;

    private string NumberCondition(string name, string value)
    {
        string[] parts = [.. SplitEscaped(value, '|').Select(Unescape)];
        (string prefix, string text) = SplitPrefix(parts[0]);
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
        {
            throw new FhirRequestException(400, "value", $"'{value}' is not a number for '{name}'.");
        }

        // 5.4 stands for everything that rounds to it: 5.35 up to 5.45.
        double half = 0.5 * Math.Pow(10, -number.Scale);
        double exact = (double)number;
        string amount = prefix switch
        {
            "eq" => $"i.low >= {Bind(exact - half)} AND i.low < {Bind(exact + half)}",
            "ne" => $"NOT (i.low >= {Bind(exact - half)} AND i.low < {Bind(exact + half)})",
            "gt" or "sa" => $"i.low > {Bind(exact)}",
            "lt" or "eb" => $"i.low < {Bind(exact)}",
            "ge" => $"i.low >= {Bind(exact)}",
            "le" => $"i.low <= {Bind(exact)}",
            _ => $"i.low BETWEEN {Bind(exact - Math.Abs(exact * 0.1))} AND {Bind(exact + Math.Abs(exact * 0.1))}",
        };
        return parts switch
        {
            [_] => amount,
            [_, "", var unit] => $"{amount} AND (i.value = {Bind(unit)} OR i.text = {Bind(unit)})",
            [_, var system, var unit] => $"{amount} AND i.system = {Bind(system)} AND i.value = {Bind(unit)}",
            _ => throw new FhirRequestException(400, "value", $"'{value}' is not a quantity for '{name}': use [prefix]number|system|code."),
        };
    }

    private static (string Prefix, string Text) SplitPrefix(string value) =>
        value.Length > 2 && value[..2] is "eq" or "ne" or "gt" or "lt" or "ge" or "le" or "sa" or "eb" or "ap" ? (value[..2], value[2..]) : ("eq", value);

    private string Bind(object value)
    {
        string name = $"$p{_parameters.Count}";
        _parameters.Add((name, value));
        return name;
    }

    private static string Like(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>Splits at a character that no backslash stands before (FHIR R4, Search, "Escaping Search Parameters").</summary>
    private static List<string> SplitEscaped(string value, char separator)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (int index = 0; index < value.Length; index++)
        {
            if (value[index] == '\\' && index + 1 < value.Length)
            {
                part.Append(value[index]).Append(value[++index]);
            }
            else if (value[index] == separator)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(value[index]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    private static string Unescape(string value) => value.Contains('\\', StringComparison.Ordinal)
        ? string.Concat(value.Select((character, index) => character == '\\' && index + 1 < value.Length && (index == 0 || value[index - 1] != '\\') ? "" : character.ToString()))
        : value;
}
