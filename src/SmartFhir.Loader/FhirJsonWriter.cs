using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartFhir;

/// <summary>Where the white space of JSON comes from.</summary>
internal enum JsonLayout
{
    /// <summary>A resource that was not changed keeps its own; everything else has none.</summary>
    AsItIs,

    /// <summary>None: one line.</summary>
    OneLine,

    /// <summary>Every element on a line of its own.</summary>
    Indented,
}

/// <summary>What scripts work with, to JSON: resources, PSCustomObjects, dictionaries, lists and plain values.</summary>
internal static class FhirJsonWriter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonWriterOptions Indented = Compact with { Indented = true };

    /// <summary>The members as a JSON object. A member that is null is left out: FHIR has no null elements.</summary>
    public static ReadOnlyMemory<byte> WriteMembers(IEnumerable<KeyValuePair<string, object?>> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            WriteObject(writer, members, depth: 0);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Any value as JSON.</summary>
    /// <exception cref="ArgumentException">A value that JSON cannot hold, or objects nested too deep (a circle).</exception>
    public static ReadOnlyMemory<byte> Write(object? value, JsonLayout layout)
    {
        if (layout == JsonLayout.AsItIs && ResourceIn(value) is { } resource)
        {
            return resource.ToUtf8();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, layout == JsonLayout.Indented ? Indented : Compact))
        {
            WriteValue(writer, value, depth: 0);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>True when two trees hold the same values in the same order, numbers to the letter.</summary>
    public static bool SameValue(object? one, object? other)
    {
        one = Unwrap(one);
        other = Unwrap(other);
        return (one, other) switch
        {
            (null, null) => true,
            (null, _) or (_, null) => false,
            (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
            (bool a, bool b) => a == b,
            (Resource a, Resource b) => SameValue(a.Members, b.Members),
            (IEnumerable<KeyValuePair<string, object?>> a, IEnumerable<KeyValuePair<string, object?>> b) => SameMembers(a, b),
            (PSObject a, PSObject b) => SameMembers(MembersOf(a), MembersOf(b)),
            (object?[] a, object?[] b) => a.Length == b.Length && a.Zip(b).All(pair => SameValue(pair.First, pair.Second)),
            _ => one.GetType() == other.GetType() && one is ValueType && TextOf(one) == TextOf(other),
        };
    }

    private static bool SameMembers(IEnumerable<KeyValuePair<string, object?>> one, IEnumerable<KeyValuePair<string, object?>> other)
    {
        using IEnumerator<KeyValuePair<string, object?>> left = one.GetEnumerator();
        using IEnumerator<KeyValuePair<string, object?>> right = other.GetEnumerator();
        while (left.MoveNext())
        {
            if (!right.MoveNext() || left.Current.Key != right.Current.Key || !SameValue(left.Current.Value, right.Current.Value))
            {
                return false;
            }
        }

        return !right.MoveNext();
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > FhirJsonReader.MaximumDepth)
        {
            throw new ArgumentException($"The object is nested more than {FhirJsonReader.MaximumDepth} levels deep; it may hold itself.");
        }

        if (ResourceIn(value) is { } resource)
        {
            JsonCopy.Write(writer, resource.ToUtf8().Span);
            return;
        }

        switch (Unwrap(value))
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case PSObject custom:
                WriteObject(writer, MembersOf(custom), depth);
                break;
            case IDictionary dictionary:
                WriteObject(writer, dictionary.Cast<DictionaryEntry>().Select(entry => new KeyValuePair<string, object?>(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry.Value)), depth);
                break;
            case IEnumerable list:
                WriteArray(writer, list, depth);
                break;
            case ValueType scalar:
                WriteScalar(writer, scalar);
                break;
            case Uri uri:
                writer.WriteStringValue(uri.OriginalString);
                break;
            case { } other:
                throw new ArgumentException($"A {other.GetType().FullName} has no place in FHIR JSON. Use strings, numbers, booleans, lists, hashtables and custom objects.");
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> members, int depth)
    {
        writer.WriteStartObject();
        foreach ((string name, object? value) in members)
        {
            if (Unwrap(value) is not null)
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value, depth + 1);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable list, int depth)
    {
        writer.WriteStartArray();
        foreach (object? item in list)
        {
            WriteValue(writer, item, depth + 1);
        }

        writer.WriteEndArray();
    }

    /// <summary>Times as FHIR writes an instant; everything else as invariant text. An enum is its name.</summary>
    private static void WriteScalar(Utf8JsonWriter writer, ValueType scalar)
    {
        switch (scalar)
        {
            case DateTime time:
                writer.WriteStringValue(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture));
                break;
            case DateOnly or Guid or char or Enum:
                writer.WriteStringValue(scalar is DateOnly date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : scalar.ToString());
                break;
            case IFormattable when FhirJsonReader.RawTextOf(scalar) is { } text:
                writer.WriteRawValue(text, skipInputValidation: true);
                break;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag.IsPresent);
                break;
            case TimeOnly time:
                writer.WriteStringValue(time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
                break;
            case double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity:
                throw new ArgumentException($"{scalar} is not a number that JSON can hold.");
            case IFormattable and (sbyte or byte or short or ushort or int or uint or long or ulong or decimal or double or float or System.Numerics.BigInteger):
                writer.WriteRawValue(TextOf(scalar), skipInputValidation: true);
                break;
            default:
                throw new ArgumentException($"A {scalar.GetType().FullName} has no place in FHIR JSON. Use strings, numbers, booleans, lists, hashtables and custom objects.");
        }
    }

    private static string TextOf(object scalar) => FhirJsonReader.RawTextOf(scalar) ?? Convert.ToString(scalar, CultureInfo.InvariantCulture)!;

    private static Resource? ResourceIn(object? value) => Unwrap(value) as Resource;

    /// <summary>The object in a PSObject; the PSObject itself when it is a custom object.</summary>
    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject and { } inner } ? inner : value;

    private static IEnumerable<KeyValuePair<string, object?>> MembersOf(PSObject custom) =>
        custom.Properties.Where(property => property.IsGettable).Select(property => new KeyValuePair<string, object?>(property.Name, property.Value));
}
