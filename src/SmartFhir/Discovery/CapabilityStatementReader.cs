using System.Text.Json;

namespace SmartFhir.Discovery;

/// <summary>
/// Reads the endpoints out of a CapabilityStatement: <c>rest.security.extension</c> with the <c>oauth-uris</c> extension
/// (SMART App Launch 1.0, "Declaring support for OAuth endpoints").
/// </summary>
internal static class CapabilityStatementReader
{
    private const string OAuthUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";
    private const string Capabilities = "http://fhir-registry.smarthealthit.org/StructureDefinition/capabilities";

    public static SmartConfiguration Read(JsonElement statement, string aud, Uri fhirBase, Uri sourceUri, IReadOnlyList<string> notes)
    {
        JsonElement[] extensions = [.. Items(statement, "rest").SelectMany(rest => Items(Member(rest, "security"), "extension"))];
        Dictionary<string, Uri> endpoints = extensions
            .Where(extension => Text(extension, "url") == OAuthUris)
            .SelectMany(extension => Items(extension, "extension"))
            .Select(part => (Name: Text(part, "url"), Value: Text(part, "valueUri") ?? Text(part, "valueUrl")))
            .Where(part => part.Name is not null && Uri.TryCreate(fhirBase, part.Value, out Uri? uri) && uri.Scheme is "http" or "https")
            .GroupBy(part => part.Name!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Uri(fhirBase, group.First().Value), StringComparer.Ordinal);
        return new SmartConfiguration
        {
            Aud = aud,
            Source = SmartConfigurationSource.CapabilityStatement,
            SourceUri = sourceUri,
            AuthorizationEndpoint = endpoints.GetValueOrDefault("authorize"),
            TokenEndpoint = endpoints.GetValueOrDefault("token"),
            RegistrationEndpoint = endpoints.GetValueOrDefault("register"),
            ManagementEndpoint = endpoints.GetValueOrDefault("manage"),
            IntrospectionEndpoint = endpoints.GetValueOrDefault("introspect"),
            RevocationEndpoint = endpoints.GetValueOrDefault("revoke"),
            Capabilities = [.. extensions.Where(extension => Text(extension, "url") == Capabilities).Select(extension => Text(extension, "valueCode")).OfType<string>()],
            Warnings = notes,
        };
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
