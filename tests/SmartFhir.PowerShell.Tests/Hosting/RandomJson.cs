using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>Documents that no person would write, always the same ones for a seed: odd numbers, names, escapes and white space.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Names = ["id", "meta", "text", "Count", "Length", "Keys", "Values", "Item", "value", "_birthDate", "a b", "é", "1", "$type", "psbase.x", "PSObject1", "\"q\"", "\\"];
    private static readonly string[] Numbers = ["0", "-0", "-0.0", "1", "1.00", "1.10e2", "1E+5", "1e-7", "1e400", "-1e-400", "2147483648", "-9223372036854775808", "9223372036854775808", "0.1000000000000000000000000000", "123456789012345678901234567890.12345", "79228162514264337593543950336", "3.14159265358979323846264338327950288"];
    private static readonly string[] Texts = ["", "2020-01-01T00:00:00-05:00", "2020", "1.00", "true", "Ünïcödé 漢字 🩺", "line\nbreak\ttab", "\u0001\u007f\u2028", "<b>&'\"\\/", "$(1+1) `n", " padded "];

    private readonly Random _random = new(seed);

    /// <summary>A resource with a few levels of random elements.</summary>
    public string Resource()
    {
        var json = new StringBuilder();
        json.Append(Space()).Append("{\"resourceType\":").Append(Space()).Append("\"Basic\"");
        AppendMembers(json, depth: 0, first: false);
        return json.Append('}').ToString().Trim();
    }

    private void AppendMembers(StringBuilder json, int depth, bool first)
    {
        foreach (string name in Names.Where(_ => _random.Next(3) == 0).ToArray())
        {
            json.Append(first ? "" : ",").Append(Space()).Append(Quote(name)).Append(Space()).Append(':').Append(Space());
            AppendValue(json, depth + 1, nullable: false);
            first = false;
        }
    }

    private void AppendValue(StringBuilder json, int depth, bool nullable)
    {
        switch (_random.Next(depth > 5 ? 4 : 6))
        {
            case 0:
                json.Append(_random.Next(2) == 0 ? Numbers[_random.Next(Numbers.Length)] : (_random.NextDouble() * 1000).ToString("F" + _random.Next(6), CultureInfo.InvariantCulture));
                break;
            case 1:
                json.Append(nullable && _random.Next(3) == 0 ? "null" : _random.Next(2) == 0 ? "true" : "false");
                break;
            case 2 or 3:
                json.Append(Quote(Texts[_random.Next(Texts.Length)]));
                break;
            case 4:
                json.Append('{');
                AppendMembers(json, depth, first: true);
                json.Append(Space()).Append('}');
                break;
            default:
                json.Append('[');
                for (int i = _random.Next(4); i > 0; i--)
                {
                    AppendValue(json, depth + 1, nullable: true);
                    json.Append(i > 1 ? "," : "").Append(Space());
                }

                json.Append(']');
                break;
        }
    }

    /// <summary>Escaped as the framework does by default, or as little as JSON allows.</summary>
    private string Quote(string text) => _random.Next(2) == 0
        ? JsonSerializer.Serialize(text)
        : JsonSerializer.Serialize(text, RelaxedOptions);

    private static readonly JsonSerializerOptions RelaxedOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string Space() => _random.Next(6) switch { 0 => " ", 1 => "\n  ", 2 => "\r\n\t", _ => "" };
}
