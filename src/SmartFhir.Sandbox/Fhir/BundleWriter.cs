using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>One entry of a Bundle to write.</summary>
/// <param name="Resource">The stored version.</param>
/// <param name="Json">What is served of it.</param>
/// <param name="Mode"><c>match</c>, <c>include</c>, or null in a history.</param>
public readonly record struct OutgoingEntry(StoredResource Resource, byte[] Json, string? Mode);

/// <summary>Writes searchset and history Bundles; resources go in as the bytes they are.</summary>
public sealed class BundleWriter(Uri fhirBase)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public ReadOnlyMemory<byte> Write(string type, long? total, IEnumerable<(string Relation, string Url)> links, IEnumerable<OutgoingEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Bundle"u8);
        writer.WriteString("id"u8, Guid.NewGuid());
        writer.WriteString("type"u8, type);
        if (total is { } count)
        {
            writer.WriteNumber("total"u8, count);
        }

        writer.WriteStartArray("link"u8);
        foreach ((string relation, string url) in links)
        {
            writer.WriteStartObject();
            writer.WriteString("relation"u8, relation);
            writer.WriteString("url"u8, url);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteEntries(writer, entries);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>FHIR has no empty arrays: without entries the element is left out.</summary>
    private void WriteEntries(Utf8JsonWriter writer, IEnumerable<OutgoingEntry> entries)
    {
        bool any = false;
        foreach (OutgoingEntry entry in entries)
        {
            if (!any)
            {
                writer.WriteStartArray("entry"u8);
                any = true;
            }

            writer.WriteStartObject();
            writer.WriteString("fullUrl"u8, $"{fhirBase.AbsoluteUri}/{entry.Resource.Reference}");
            if (!entry.Resource.Deleted)
            {
                writer.WritePropertyName("resource"u8);
                writer.WriteRawValue(entry.Json, skipInputValidation: true);
            }

            if (entry.Mode is { } mode)
            {
                writer.WriteStartObject("search"u8);
                writer.WriteString("mode"u8, mode);
                writer.WriteEndObject();
            }
            else
            {
                WriteHistory(writer, entry.Resource);
            }

            writer.WriteEndObject();
        }

        if (any)
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteHistory(Utf8JsonWriter writer, StoredResource resource)
    {
        string method = resource.Deleted ? "DELETE" : resource.Version == 1 ? "POST" : "PUT";
        writer.WriteStartObject("request"u8);
        writer.WriteString("method"u8, method);
        writer.WriteString("url"u8, method == "POST" ? resource.Type : resource.Reference);
        writer.WriteEndObject();
        writer.WriteStartObject("response"u8);
        writer.WriteString("status"u8, method switch { "DELETE" => "204", "POST" => "201", _ => "200" });
        writer.WriteString("etag"u8, resource.ETag);
        writer.WriteString("lastModified"u8, resource.LastUpdated.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }
}
