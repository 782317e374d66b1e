using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Serialization;
using SmartFhir.Sandbox.Fhir;
using HlResource = Hl7.Fhir.Model.Resource;

namespace SmartFhir.Sandbox.Data;

/// <summary>Puts resources into the store: gives them ids, versions and times, resolves their references, and indexes them.</summary>
public sealed class DataLoader(ResourceStore store, ResourceIndexer indexer)
{
    /// <summary>Resources that came with a time of their own keep it; the others get this one, so that the same data gives the same bytes.</summary>
    private static readonly DateTimeOffset LoadTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds resources in order. One that comes again (bundles of several patients bring their hospitals along each time) becomes the next version.</summary>
    public void Add(IEnumerable<JsonObject> resources)
    {
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        store.AddAll(resources.Select(resource => Prepare(resource, versions)));
    }

    /// <summary>Loads Bundles and single resources (*.json) and NDJSON (*.ndjson) of a folder.</summary>
    /// <exception cref="DataException">The folder is missing, or a file cannot be read; the message names it.</exception>
    public void LoadFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DataException($"--load: there is no folder '{folder}'.");
        }

        var resources = new List<JsonObject>();
        var references = new ReferenceResolver();
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            try
            {
                resources.AddRange(ReadFile(file).SelectMany(item => Unfold(item, references)));
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or IOException)
            {
                throw new DataException($"--load: '{file}' cannot be read: {exception.Message}", exception);
            }
        }

        foreach (JsonObject resource in resources)
        {
            references.Resolve(resource);
        }

        if (references.Unresolved.Count > 0)
        {
            Console.Error.WriteLine($"--load: {references.Unresolved.Count} reference(s) point to nothing that was loaded, for example '{references.Unresolved.First()}'. They are kept as they are.");
        }

        Add(resources);
    }

    private static IEnumerable<JsonObject> ReadFile(string file) => file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase)
        ? File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => JsonNode.Parse(line)!.AsObject())
        : [JsonNode.Parse(File.ReadAllBytes(file))!.AsObject()];

    private static IEnumerable<JsonObject> Unfold(JsonObject item, ReferenceResolver references)
    {
        if ((string?)item["resourceType"] != "Bundle")
        {
            yield return references.Register(item, null);
            yield break;
        }

        foreach (JsonNode? entry in item["entry"]?.AsArray() ?? [])
        {
            if (entry?["resource"] is JsonObject resource)
            {
                yield return references.Register((JsonObject)resource.DeepClone(), (string?)entry["fullUrl"]);
            }
        }
    }

    private (StoredResource Resource, IReadOnlyList<IndexEntry> Entries) Prepare(JsonObject resource, Dictionary<string, int> versions)
    {
        string type = (string?)resource["resourceType"] ?? throw new DataException("A resource has no resourceType.");
        string id = (string?)resource["id"] ?? throw new DataException($"A {type} has no id.");
        DateTimeOffset updated = (string?)resource["meta"]?["lastUpdated"] is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset own) ? own : LoadTime;
        int version = versions[$"{type}/{id}"] = versions.GetValueOrDefault($"{type}/{id}") + 1;
        SetMeta(resource, version, updated);
        byte[] json = Encoding.UTF8.GetBytes(resource.ToJsonString(Compact));
        return (new StoredResource(0, type, id, version, updated.UtcTicks, false, json), [.. indexer.Index(Parse(json, type, id))]);
    }

    private static void SetMeta(JsonObject resource, int version, DateTimeOffset updated)
    {
        var meta = new JsonObject { ["versionId"] = version.ToString(CultureInfo.InvariantCulture), ["lastUpdated"] = updated.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture) };
        foreach ((string name, JsonNode? value) in resource["meta"] as JsonObject ?? [])
        {
            if (name is not ("versionId" or "lastUpdated"))
            {
                meta[name] = value?.DeepClone();
            }
        }

        // meta stands behind the id, where people look for it.
        resource.Remove("meta");
        int position = 0;
        foreach ((string name, _) in resource)
        {
            position++;
            if (name == "id")
            {
                break;
            }
        }

        resource.Insert(position, "meta", meta);
    }

    /// <summary>Real data breaks a rule here and there: what can be understood is indexed.</summary>
    private static HlResource Parse(byte[] json, string type, string id)
    {
        var reader = new Utf8JsonReader(json);
        FhirJsonDeserializer.OSTRICH.TryDeserializeResource(ref reader, out HlResource? resource, out _);
        return resource ?? throw new DataException($"{type}/{id} is not a FHIR R4 resource.");
    }
}
