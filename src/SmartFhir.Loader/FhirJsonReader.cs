using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace SmartFhir;

/// <summary>
/// JSON to what scripts work with: objects become PSObjects, arrays object[], integers Int32 or Int64, other numbers Decimal.
/// No date is guessed, no digit dropped.
/// </summary>
internal static class FhirJsonReader
{
    internal const int MaximumDepth = 256;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth };

    /// <summary>
    /// The text of numbers that no .NET type gives back to the letter (<c>1e3</c>, thirty digits), by the very object that stands for them:
    /// unseen by scripts and by ConvertTo-Json.
    /// </summary>
    private static readonly ConditionalWeakTable<object, string> RawNumbers = [];

    /// <summary>The text that a number was read from, when its value alone would not give it back.</summary>
    public static string? RawTextOf(object number) => RawNumbers.TryGetValue(number, out string? text) ? text : null;

    /// <summary>The value of <c>resourceType</c> at the top of an object, or null.</summary>
    public static string? PeekResourceType(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool wanted = reader.ValueTextEquals("resourceType"u8);
                reader.Read();
                if (wanted)
                {
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Told when the elements are read.
        }

        return null;
    }

    /// <summary>The members of the object that the JSON is.</summary>
    /// <exception cref="FormatException">Not JSON, not an object, too deep, or an element that stands twice; the message says where.</exception>
    public static ResourceMembers ReadMembers(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("The JSON is not an object.");
            }

            ResourceMembers members = ReadObject(ref reader);
            EnsureEnd(ref reader);
            return members;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>
    /// The JSON values in a text: one document, or several one after the other (NDJSON). The items of an array stand for themselves.
    /// An object with a resourceType is a <see cref="Resource"/>, another one a PSCustomObject.
    /// </summary>
    /// <param name="utf8">The text. A resource that is all of it keeps it; one that is a part of it keeps a copy.</param>
    /// <exception cref="FormatException">As <see cref="ReadMembers"/>.</exception>
    public static List<object?> ReadAll(ReadOnlyMemory<byte> utf8)
    {
        var values = new List<object?>();
        ReadOnlyMemory<byte> rest = TrimStart(utf8);
        while (!rest.IsEmpty)
        {
            try
            {
                var reader = new Utf8JsonReader(rest.Span, Options);
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        values.Add(ReadDocument(ref reader, rest));
                    }
                }
                else
                {
                    values.Add(ReadDocument(ref reader, rest));
                }

                rest = TrimStart(rest[(int)reader.BytesConsumed..]);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException)
            {
                throw Unreadable(exception, linesBefore: utf8.Span[..^rest.Length].Count((byte)'\n'));
            }
        }

        return values;
    }

    private static object? ReadDocument(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Read(ref reader);
        }

        int start = (int)reader.TokenStartIndex;
        ResourceMembers members = ReadObject(ref reader);
        if (members.Get("resourceType") is not string)
        {
            return ToPSObject(members);
        }

        ReadOnlyMemory<byte> own = text[start..(int)reader.BytesConsumed];
        return new Resource(own.Length == text.Length ? own : own.ToArray(), members);
    }

    private static ReadOnlyMemory<byte> TrimStart(ReadOnlyMemory<byte> utf8)
    {
        int start = utf8.Span.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? default : utf8[start..];
    }

    private static FormatException Unreadable(Exception exception, int linesBefore = 0) => new(
        exception is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
            ? $"The JSON cannot be read at line {line + linesBefore + 1}, byte {position + 1}: {Reason(exception.Message)}"
            : $"The JSON cannot be read: {exception.Message}",
        exception);

    /// <summary>The reader's own words without its coordinates, which count from zero.</summary>
    private static string Reason(string message)
    {
        int coordinates = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return coordinates < 0 ? message : message[..coordinates];
    }

    private static void EnsureEnd(ref Utf8JsonReader reader)
    {
        if (reader.Read())
        {
            throw new FormatException("There is more than one JSON value.");
        }
    }

    private static object? Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        JsonTokenType.StartArray => ReadArray(ref reader),
        _ => ToPSObject(ReadObject(ref reader)),
    };

    private static ResourceMembers ReadObject(ref Utf8JsonReader reader)
    {
        var members = new ResourceMembers();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (members.TryFind(name, out string? same))
            {
                throw new FormatException($"The element '{name}' stands twice in one object{(same == name ? "" : $" (as '{same}')")}.");
            }

            reader.Read();
            members.Add(name, Read(ref reader));
        }

        return members;
    }

    private static object?[] ReadArray(ref Utf8JsonReader reader)
    {
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Read(ref reader));
        }

        return [.. items];
    }

    private static PSObject ToPSObject(ResourceMembers members)
    {
        var result = new PSObject();
        foreach ((string name, object? value) in members)
        {
            result.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
        }

        return result;
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt32(out int small) && !IsNegativeZero(reader.ValueSpan))
        {
            return small;
        }

        if (reader.TryGetInt64(out long large) && large != 0)
        {
            return large;
        }

        string text = Encoding.UTF8.GetString(reader.ValueSpan);
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal exact)
            && exact.ToString(CultureInfo.InvariantCulture) == text)
        {
            return exact;
        }

        object number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        RawNumbers.Add(number, text);
        return number;
    }

    private static bool IsNegativeZero(ReadOnlySpan<byte> text) => text is [(byte)'-', ..] && text[1..].IndexOfAnyExcept((byte)'0') < 0;
}
