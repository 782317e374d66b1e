using System.Text.Json.Nodes;

namespace SmartFhir.Sandbox.Data;

/// <summary>
/// Replaces the references of transaction bundles (<c>urn:uuid:…</c>, <c>Practitioner?identifier=…</c>) by those of the resources that they mean.
/// </summary>
public sealed class ReferenceResolver
{
    private readonly Dictionary<string, string> _byFullUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byIdentifier = new(StringComparer.Ordinal);

    private readonly HashSet<string> _unresolved = new(StringComparer.Ordinal);

    /// <summary>The references that nothing that was loaded fits. They are left as they are: real data has such.</summary>
    public IReadOnlyCollection<string> Unresolved => _unresolved;

    /// <summary>Remembers what a resource can be referred to by, and gives it an id where it has none.</summary>
    public JsonObject Register(JsonObject resource, string? fullUrl)
    {
        string type = (string?)resource["resourceType"] ?? throw new FormatException("a resource has no resourceType");
        if (resource["id"] is null)
        {
            resource.Insert(1, "id", fullUrl is null ? Guid.NewGuid().ToString() : fullUrl[(fullUrl.LastIndexOfAny(['/', ':']) + 1)..]);
        }

        string reference = $"{type}/{(string)resource["id"]!}";
        if (fullUrl is not null)
        {
            _byFullUrl[fullUrl] = reference;
        }

        foreach (JsonNode? identifier in resource["identifier"] as JsonArray ?? [])
        {
            if (identifier is JsonObject && (string?)identifier["value"] is { } value)
            {
                _byIdentifier.TryAdd($"{type}?identifier={(string?)identifier["system"]}|{value}", reference);
            }
        }

        return resource;
    }

    /// <summary>Resolves every reference below a node.</summary>
    public void Resolve(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject item:
                if (item["reference"] is JsonValue value && value.TryGetValue(out string? text) && Find(text) is { } found)
                {
                    item["reference"] = found;
                }

                foreach ((_, JsonNode? child) in item.ToArray())
                {
                    Resolve(child);
                }

                break;
            case JsonArray list:
                foreach (JsonNode? child in list)
                {
                    Resolve(child);
                }

                break;
            default:
                break;
        }
    }

    private string? Find(string reference)
    {
        if (_byFullUrl.TryGetValue(reference, out string? found) || _byIdentifier.TryGetValue(reference, out found))
        {
            return found;
        }

        if (reference.StartsWith("urn:", StringComparison.Ordinal) || reference.Contains("?identifier=", StringComparison.Ordinal))
        {
            _unresolved.Add(reference);
        }

        return null;
    }
}
