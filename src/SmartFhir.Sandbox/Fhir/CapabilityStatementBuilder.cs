using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>The CapabilityStatement: what this server does, taken from the same definitions that it works by.</summary>
public sealed class CapabilityStatementBuilder(SearchParameterCatalog catalog, ServerAddress address)
{
    private const string OAuthUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    private byte[]? _json;

    public byte[] Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(Build());

    private JsonObject Build() => new()
    {
        ["resourceType"] = "CapabilityStatement",
        ["status"] = "active",
        ["date"] = "2026-11-24",
        ["kind"] = "instance",
        ["software"] = new JsonObject { ["name"] = "SmartFhir Sandbox", ["version"] = typeof(CapabilityStatementBuilder).Assembly.GetName().Version!.ToString(3) },
        ["implementation"] = new JsonObject { ["description"] = "Synthetic data only", ["url"] = address.FhirBase.AbsoluteUri },
        ["fhirVersion"] = "4.0.1",
        ["format"] = new JsonArray("json"),
        ["rest"] = new JsonArray(new JsonObject
        {
            ["mode"] = "server",
            ["security"] = Security(),
            ["resource"] = new JsonArray([.. ModelInfo.SupportedResources.Where(type => type is not ("Resource" or "DomainResource" or "Parameters")).Order(StringComparer.Ordinal).Select(Describe)]),
            ["interaction"] = new JsonArray(Code("history-system")),
        }),
    };

    private JsonObject Security() => new()
    {
        ["extension"] = new JsonArray(new JsonObject
        {
            ["url"] = OAuthUris,
            ["extension"] = new JsonArray(
                Endpoint("authorize", Endpoints.Authorize), Endpoint("token", Endpoints.Token), Endpoint("introspect", Endpoints.Introspect), Endpoint("revoke", Endpoints.Revoke)),
        }),
        ["cors"] = true,
        ["service"] = new JsonArray(new JsonObject
        {
            ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/restful-security-service", ["code"] = "SMART-on-FHIR" }),
        }),
    };

    private JsonObject Endpoint(string name, string path) => new() { ["url"] = name, ["valueUri"] = address.Of(path).AbsoluteUri };

    private JsonNode Describe(string type)
    {
        var resource = new JsonObject
        {
            ["type"] = type,
            ["interaction"] = new JsonArray(Code("read"), Code("vread"), Code("history-instance"), Code("history-type"), Code("search-type")),
            ["versioning"] = "versioned",
            ["searchInclude"] = new JsonArray([.. catalog.For(type).Values.Where(parameter => parameter.Kind == SearchParamType.Reference).Select(parameter => (JsonNode)$"{type}:{parameter.Name}")]),
            ["searchParam"] = new JsonArray([
                .. SearchParameterCatalog.Common.Select(common => Parameter(common.Name, common.Kind)),
                .. catalog.For(type).Values.OrderBy(parameter => parameter.Name, StringComparer.Ordinal).Select(parameter => Parameter(parameter.Name, parameter.Kind)),
            ]),
        };
        if (resource["searchInclude"]!.AsArray().Count == 0)
        {
            resource.Remove("searchInclude");
        }

        if (type == "Patient")
        {
            resource["operation"] = new JsonArray(new JsonObject { ["name"] = "everything", ["definition"] = "http://hl7.org/fhir/OperationDefinition/Patient-everything" });
        }

        return resource;
    }

    private static JsonObject Parameter(string name, SearchParamType kind) => new() { ["name"] = name, ["type"] = kind.ToString().ToLowerInvariant() };

    private static JsonObject Code(string code) => new() { ["code"] = code };
}
