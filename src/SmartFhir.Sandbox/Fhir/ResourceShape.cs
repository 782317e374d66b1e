using System.Text.Json.Nodes;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Cuts resources down for <c>_summary</c> and <c>_elements</c> (FHIR R4, Search, "Summary"); numbers keep their digits.</summary>
public static class ResourceShape
{
    private static readonly string[] Always = ["resourceType", "id", "meta"];

    /// <summary>The resource as it is to be served, or the very bytes where nothing is cut.</summary>
    public static byte[] Apply(byte[] json, string type, SearchRequest request)
    {
        Func<string, bool>? keep = KeepFor(type, request);
        if (keep is null)
        {
            return json;
        }

        JsonObject resource = JsonNode.Parse(json)!.AsObject();
        foreach (string name in resource.Select(member => member.Key).Where(name => !Always.Contains(name, StringComparer.Ordinal) && !keep(name.TrimStart('_'))).ToArray())
        {
            resource.Remove(name);
        }

        MarkSubsetted(resource);
        return System.Text.Encoding.UTF8.GetBytes(resource.ToJsonString());
    }

    private static Func<string, bool>? KeepFor(string type, SearchRequest request)
    {
        if (request.Elements.Count > 0)
        {
            return name => request.Elements.Any(element => Matches(type, name, element)) || Property(type, name) is { IsMandatoryElement: true };
        }

        return request.Summary switch
        {
            "true" => name => Property(type, name) is { InSummary: true },
            "text" => name => name == "text" || Property(type, name) is { IsMandatoryElement: true },
            "data" => name => name != "text",
            _ => null,
        };
    }

    private static bool Matches(string type, string name, string element) =>
        name == element || Property(type, name)?.Name == element;

    /// <summary>The element's definition; <c>valueQuantity</c> is the element <c>value</c>.</summary>
    private static PropertyMapping? Property(string type, string name) => ModelInfo.ModelInspector.FindClassMapping(type) is { } mapping
        ? mapping.FindMappedElementByName(name) ?? mapping.FindMappedElementByChoiceName(name)
        : null;

    private static void MarkSubsetted(JsonObject resource)
    {
        if (resource["meta"] is not JsonObject meta)
        {
            meta = [];
            resource["meta"] = meta;
        }

        if (meta["tag"] is not JsonArray tags)
        {
            tags = [];
            meta["tag"] = tags;
        }

        tags.Add(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", ["code"] = "SUBSETTED" });
    }
}
