using System.Net;
using System.Text.Json;
using SmartFhir.Http;

namespace SmartFhir.Discovery;

/// <summary>
/// The way of RFC 9728 from a server that refuses even discovery to its authorization server: the 401 names a metadata document
/// (<c>resource_metadata</c>, section 5.1), the document names the issuers.
/// </summary>
internal static class ProtectedResourceMetadata
{
    /// <summary>Reads the issuers.</summary>
    /// <returns>None when the document is missing, unusable, or about another resource than <paramref name="fhirBase"/> (section 3.3).</returns>
    public static async Task<IReadOnlyList<string>> ReadIssuersAsync(HttpClient http, Uri uri, Uri fhirBase, CancellationToken cancellationToken)
    {
        ProtocolAnswer answer = await ProtocolDocument.GetAsync(http, uri, "application/json", cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return [];
        }

        using JsonDocument document = ProtocolDocument.ParseObject(answer);
        JsonElement root = document.RootElement;
        bool ours = root.TryGetProperty("resource", out JsonElement resource)
            && Uri.TryCreate(resource.ValueKind == JsonValueKind.String ? resource.GetString() : null, UriKind.Absolute, out Uri? named)
            && UrlPolicy.SameOrigin(named, fhirBase)
            && named.AbsolutePath.TrimEnd('/') == fhirBase.AbsolutePath.TrimEnd('/');
        return ours && root.TryGetProperty("authorization_servers", out JsonElement servers) && servers.ValueKind == JsonValueKind.Array
            ? [.. servers.EnumerateArray().Where(server => server.ValueKind == JsonValueKind.String).Select(server => server.GetString()!)]
            : [];
    }
}
