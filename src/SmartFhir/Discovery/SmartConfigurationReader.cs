using System.Text.Json;

namespace SmartFhir.Discovery;

/// <summary>
/// Reads <c>smart-configuration</c>, RFC 8414 and OpenID metadata, which share their member names. What has the wrong shape is read as
/// far as its meaning is clear, and told in <see cref="SmartConfiguration.Warnings"/>.
/// </summary>
/// <param name="json">The document.</param>
/// <param name="resolveAgainst">What relative URLs are relative to: the FHIR base (SMART App Launch 2.2, Conformance; RFC 1808).</param>
/// <param name="notes">What was odd on the way to the document.</param>
internal sealed class SmartConfigurationReader(JsonElement json, Uri resolveAgainst, IReadOnlyList<string> notes)
{
    private static readonly JsonElement EmptyObject = JsonSerializer.SerializeToElement(new Dictionary<string, string>());

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [.. notes];

    public static SmartConfiguration Read(JsonElement json, string aud, Uri fhirBase, Uri sourceUri, SmartConfigurationSource source, IReadOnlyList<string> notes) =>
        new SmartConfigurationReader(json, source == SmartConfigurationSource.SmartConfiguration ? fhirBase : sourceUri, notes).Build(aud, sourceUri, source);

    private SmartConfiguration Build(string aud, Uri sourceUri, SmartConfigurationSource source)
    {
        var configuration = new SmartConfiguration
        {
            Aud = aud,
            Source = source,
            SourceUri = sourceUri,
            Issuer = Text("issuer"),
            JwksUri = Address("jwks_uri"),
            AuthorizationEndpoint = Address("authorization_endpoint"),
            TokenEndpoint = Address("token_endpoint"),
            RegistrationEndpoint = Address("registration_endpoint"),
            ManagementEndpoint = Address("management_endpoint"),
            IntrospectionEndpoint = Address("introspection_endpoint"),
            RevocationEndpoint = Address("revocation_endpoint"),
            UserInfoEndpoint = Address("userinfo_endpoint"),
            PushedAuthorizationRequestEndpoint = Address("pushed_authorization_request_endpoint"),
            RequirePushedAuthorizationRequests = Flag("require_pushed_authorization_requests"),
            DeviceAuthorizationEndpoint = Address("device_authorization_endpoint"),
            TokenEndpointAuthMethodsSupported = List("token_endpoint_auth_methods_supported"),
            TokenEndpointAuthSigningAlgValuesSupported = List("token_endpoint_auth_signing_alg_values_supported"),
            GrantTypesSupported = List("grant_types_supported"),
            ScopesSupported = List("scopes_supported"),
            ResponseTypesSupported = List("response_types_supported"),
            Capabilities = List("capabilities"),
            CodeChallengeMethodsSupported = List("code_challenge_methods_supported"),
            DPoPSigningAlgValuesSupported = List("dpop_signing_alg_values_supported"),
            AuthorizationResponseIssParameterSupported = Flag("authorization_response_iss_parameter_supported"),
            AssociatedEndpoints = Endpoints(),
            UserAccessBrandBundle = Address("user_access_brand_bundle"),
            UserAccessBrandIdentifier = BrandIdentifier(),
            Warnings = _warnings,
            AdditionalMembers = Rest(),
        };
        return configuration;
    }

    private JsonElement? Member(string name)
    {
        _read.Add(name);
        return json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string? Text(string name)
    {
        if (Member(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString() is { Length: > 0 } text ? text : null;
        }

        _warnings.Add($"'{name}' is not a string.");
        return null;
    }

    private Uri? Address(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(resolveAgainst, text.Trim(), out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            _warnings.Add($"'{name}' is not a URL: '{text}'.");
            return null;
        }

        // On Unix, Uri takes "/oauth/token" for a file: only what has a scheme and a host of its own counts as absolute.
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            _warnings.Add($"'{name}' is relative ('{text}'); taken as {uri}.");
        }

        return uri;
    }

    private bool Flag(string name)
    {
        switch (Member(name))
        {
            case null or { ValueKind: JsonValueKind.False }:
                return false;
            case { ValueKind: JsonValueKind.True }:
                return true;
            case { ValueKind: JsonValueKind.String } value when bool.TryParse(value.GetString(), out bool flag):
                _warnings.Add($"'{name}' is a string, not a boolean.");
                return flag;
            default:
                _warnings.Add($"'{name}' is not a boolean.");
                return false;
        }
    }

    private string[] List(string name)
    {
        switch (Member(name))
        {
            case null:
                return [];
            case { ValueKind: JsonValueKind.Array } value:
                if (value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                {
                    _warnings.Add($"'{name}' holds values that are not strings; they were left out.");
                }

                return [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
            case { ValueKind: JsonValueKind.String } value:
                _warnings.Add($"'{name}' is a string, not a list.");
                return value.GetString()!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            default:
                _warnings.Add($"'{name}' is not a list.");
                return [];
        }
    }

    private List<SmartAssociatedEndpoint> Endpoints()
    {
        var endpoints = new List<SmartAssociatedEndpoint>();
        switch (Member("associated_endpoints"))
        {
            case null:
                break;
            case { ValueKind: JsonValueKind.Array } list:
                foreach (JsonElement item in list.EnumerateArray())
                {
                    // An entry has the rules of the document: relative URLs, lists as strings, warnings.
                    var entry = new SmartConfigurationReader(item.ValueKind == JsonValueKind.Object ? item : EmptyObject, resolveAgainst, []);
                    if (entry.Address("url") is { } url)
                    {
                        endpoints.Add(new SmartAssociatedEndpoint(url, entry.List("capabilities")));
                    }
                    else
                    {
                        _warnings.Add("An entry of 'associated_endpoints' has no usable 'url'; it was left out.");
                    }
                }

                break;
            default:
                _warnings.Add("'associated_endpoints' is not a list.");
                break;
        }

        return endpoints;
    }

    /// <summary>A string in SMART App Launch 2.2; a FHIR Identifier in earlier drafts.</summary>
    private string? BrandIdentifier() => Member("user_access_brand_identifier") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } identifier when identifier.TryGetProperty("value", out JsonElement value) => value.ToString(),
        _ => null,
    };

    private Dictionary<string, object?> Rest()
    {
        var rest = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty member in json.EnumerateObject().Where(member => !_read.Contains(member.Name)))
        {
            rest[member.Name] = JsonValues.ToObject(member.Value);
        }

        return rest;
    }
}
