using System.Text.Json;

namespace SmartFhir;

/// <summary>Writes JSON again with other white space; every value stays what it is, numbers to the letter.</summary>
internal static class JsonCopy
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = FhirJsonReader.MaximumDepth };

    /// <summary>Copies one JSON value.</summary>
    /// <exception cref="FormatException">It is not JSON.</exception>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            while (reader.Read())
            {
                WriteToken(writer, ref reader);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The JSON cannot be read: {exception.Message}", exception);
        }
    }

    private static void WriteToken(Utf8JsonWriter writer, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(reader.GetString()!);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(reader.GetString());
                break;
            default:
                // Numbers, true, false and null are ASCII that needs no other form.
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }
}
