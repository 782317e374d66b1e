using System.Text.Json;

namespace SmartFhir.Http;

/// <summary>One entry of a Bundle; the resource is a slice of the page's own bytes.</summary>
/// <param name="Resource">The resource as it came; empty when the entry has none.</param>
/// <param name="FullUrl"><c>fullUrl</c>.</param>
/// <param name="SearchMode"><c>search.mode</c>: match, include or outcome.</param>
public readonly record struct BundleEntry(ReadOnlyMemory<byte> Resource, string? FullUrl, string? SearchMode)
{
    /// <summary><c>response</c> as it came, of a batch, transaction or history; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Response { get; init; }

    /// <summary>True for what was searched for or included; false for the server's remarks on the search, and for entries without a resource.</summary>
    public bool IsResult => SearchMode != "outcome" && !Resource.IsEmpty;
}

/// <summary>A Bundle cut into its entries.</summary>
public sealed record FhirBundle
{
    /// <summary><c>resourceType</c>: <c>Bundle</c>, unless something else came.</summary>
    public string? ResourceType { get; init; }

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
        catch (JsonException) when (IsTooDeep(json.Span))
        {
            throw new SmartException(
                SmartErrorCode.ResponseTooLarge,
                $"The Bundle{(source is null ? "" : $" from {source.GetLeftPart(UriPartial.Path)}")} is nested deeper than {Options.MaxDepth} levels.",
                source,
                "No FHIR resource is: report it to the server's operator.");
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
        string? resourceType = null;
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
            else if (reader.ValueTextEquals("resourceType"u8))
            {
                resourceType = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("total"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) ? number : null;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        // What follows the object, if anything, must be white space.
        reader.Read();
        return new FhirBundle { ResourceType = resourceType, Type = type, Total = total, Links = links, Entries = entries };
    }

    private static void ReadEntries(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, List<BundleEntry> entries)
    {
        if (!Enter(ref reader, JsonTokenType.StartArray))
        {
            return;
        }

        while (NextItem(ref reader))
        {
            ReadOnlyMemory<byte> resource = default;
            ReadOnlyMemory<byte> response = default;
            string? fullUrl = null;
            string? mode = null;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("resource"u8))
                {
                    resource = ReadSlice(ref reader, json);
                }
                else if (reader.ValueTextEquals("response"u8))
                {
                    response = ReadSlice(ref reader, json);
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

            entries.Add(new BundleEntry(resource, fullUrl, mode) { Response = response });
        }
    }

    private static string? ReadMode(ref Utf8JsonReader reader)
    {
        string? mode = null;
        if (!Enter(ref reader, JsonTokenType.StartObject))
        {
            return null;
        }

        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("mode"u8))
            {
                reader.Read();
                // Nearly every entry says match: no new string for each.
                mode = reader.TokenType != JsonTokenType.String ? null
                    : reader.ValueTextEquals("match"u8) ? "match"
                    : reader.ValueTextEquals("include"u8) ? "include"
                    : reader.GetString();
                reader.Skip();
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
        if (!Enter(ref reader, JsonTokenType.StartArray))
        {
            return;
        }

        while (NextItem(ref reader))
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

    /// <summary>The bytes of the next value; none for null.</summary>
    private static ReadOnlyMemory<byte> ReadSlice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>Steps into an array or object; false for null, which FHIR forbids and some servers send.</summary>
    private static bool Enter(ref Utf8JsonReader reader, JsonTokenType token)
    {
        reader.Read();
        return reader.TokenType == token || (reader.TokenType == JsonTokenType.Null ? false : throw Unexpected(token, reader.TokenStartIndex));
    }

    /// <summary>Steps into the next object of an array; false at its end.</summary>
    private static bool NextItem(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject
            || (reader.TokenType == JsonTokenType.EndArray ? false : throw Unexpected(JsonTokenType.StartObject, reader.TokenStartIndex));
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
            throw Unexpected(token, reader.TokenStartIndex);
        }
    }

    private static JsonException Unexpected(JsonTokenType expected, long position) => new($"Expected {expected}.", null, 0, position);

    private static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= Options.MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Broken before it was too deep.
        }

        return false;
    }
}
