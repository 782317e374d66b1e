using System.Text.Json;

namespace SmartFhir.Http;

/// <summary>One entry of a Bundle; the resource is a slice of the page's own bytes.</summary>
/// <param name="Resource">The resource as it came; empty when the entry has none.</param>
/// <param name="FullUrl"><c>fullUrl</c>.</param>
/// <param name="SearchMode"><c>search.mode</c>: match, include or outcome.</param>
public readonly record struct BundleEntry(ReadOnlyMemory<byte> Resource, string? FullUrl, string? SearchMode);

/// <summary>A Bundle cut into its entries.</summary>
public sealed record FhirBundle
{
    /// <summary><c>type</c>, for example <c>searchset</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>total</c>: how many resources match in all; null when the server does not say.</summary>
    public long? Total { get; init; }

    /// <summary><c>link</c>: URL by relation.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary><c>entry</c>, in order.</summary>
    public required IReadOnlyList<BundleEntry> Entries { get; init; }
}

/// <summary>
/// Cuts a Bundle into slices in one pass over its UTF-8 bytes, without an object tree: what lies below an entry's resource is only skipped.
/// </summary>
public static class BundleReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>The value of <c>resourceType</c> at the top of a JSON object, or null.</summary>
    public static string? PeekResourceType(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

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
            // Not JSON: no resource.
        }

        return null;
    }

    /// <summary>Reads a Bundle.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ResponseNotJson"/>, with the place of the fault.</exception>
    public static FhirBundle Read(ReadOnlyMemory<byte> json, Uri? source = null)
    {
        try
        {
            return ReadBundle(json);
        }
        catch (JsonException exception)
        {
            throw new SmartException(
                SmartErrorCode.ResponseNotJson,
                $"The Bundle{(source is null ? "" : $" from {source.GetLeftPart(UriPartial.Path)}")} is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.",
                source,
                "The answer may have been cut off: try again. If it stays, report it to the server's operator.",
                exception);
        }
    }

    private static FhirBundle ReadBundle(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Options);
        var entries = new List<BundleEntry>();
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        string? type = null;
        long? total = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("entry"u8))
            {
                ReadEntries(ref reader, json, entries);
            }
            else if (reader.ValueTextEquals("link"u8))
            {
                ReadLinks(ref reader, links);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                type = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("total"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) ? number : null;
            }
            else
            {
                reader.Skip();
            }
        }

        // What follows the object, if anything, must be white space.
        reader.Read();
        return new FhirBundle { Type = type, Total = total, Links = links, Entries = entries };
    }

    private static void ReadEntries(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, List<BundleEntry> entries)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadOnlyMemory<byte> resource = default;
            string? fullUrl = null;
            string? mode = null;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("resource"u8))
                {
                    reader.Read();
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    resource = json[start..(int)reader.BytesConsumed];
                }
                else if (reader.ValueTextEquals("fullUrl"u8))
                {
                    fullUrl = ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("search"u8))
                {
                    mode = ReadMode(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            entries.Add(new BundleEntry(resource, fullUrl, mode));
        }
    }

    private static string? ReadMode(ref Utf8JsonReader reader)
    {
        string? mode = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("mode"u8))
            {
                mode = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return mode;
    }

    private static void ReadLinks(ref Utf8JsonReader reader, Dictionary<string, string> links)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? relation = null;
            string? url = null;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("relation"u8))
                {
                    relation = ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("url"u8))
                {
                    url = ReadText(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            if (relation is not null && url is not null)
            {
                links.TryAdd(relation, url);
            }
        }
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new JsonException($"Expected {token}.", null, 0, reader.TokenStartIndex);
        }
    }
}
