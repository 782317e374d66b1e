namespace SmartFhir.Discovery;

/// <summary>Where a <see cref="SmartConfiguration"/> was read from.</summary>
public enum SmartConfigurationSource
{
    /// <summary><c>[base]/.well-known/smart-configuration</c> (SMART App Launch 2.2, Conformance).</summary>
    SmartConfiguration,

    /// <summary>The <c>oauth-uris</c> extension of <c>[base]/metadata</c> (SMART App Launch 1.0).</summary>
    CapabilityStatement,

    /// <summary><c>/.well-known/oauth-authorization-server</c> (RFC 8414).</summary>
    OAuthAuthorizationServer,

    /// <summary><c>/.well-known/openid-configuration</c> (OpenID Connect Discovery 1.0).</summary>
    OpenIdConfiguration,

    /// <summary>Given by the caller (-SkipDiscovery).</summary>
    Manual,
}

/// <summary>
/// What a FHIR server says of its authorization: SMART App Launch 2.2, Conformance, "Using .well-known".
/// Members that a server leaves out are null or empty; members that this type does not know are in <see cref="AdditionalMembers"/>.
/// </summary>
public sealed class SmartConfiguration
{
    /// <summary>The FHIR base URL exactly as the caller gave it: what is sent as <c>aud</c>.</summary>
    public required string Aud { get; init; }

    /// <summary>The document the rest was read from.</summary>
    public required SmartConfigurationSource Source { get; init; }

    /// <summary>The URL of that document; null when <see cref="Source"/> is Manual.</summary>
    public Uri? SourceUri { get; init; }

    /// <summary><c>issuer</c>: the OpenID issuer identifier, to the letter.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>jwks_uri</c>.</summary>
    public Uri? JwksUri { get; init; }

    /// <summary><c>authorization_endpoint</c>.</summary>
    public Uri? AuthorizationEndpoint { get; init; }

    /// <summary><c>token_endpoint</c>.</summary>
    public Uri? TokenEndpoint { get; init; }

    /// <summary><c>registration_endpoint</c> (RFC 7591).</summary>
    public Uri? RegistrationEndpoint { get; init; }

    /// <summary><c>management_endpoint</c>: where a person sees and withdraws what was granted.</summary>
    public Uri? ManagementEndpoint { get; init; }

    /// <summary><c>introspection_endpoint</c> (RFC 7662).</summary>
    public Uri? IntrospectionEndpoint { get; init; }

    /// <summary><c>revocation_endpoint</c> (RFC 7009).</summary>
    public Uri? RevocationEndpoint { get; init; }

    /// <summary><c>userinfo_endpoint</c> (OpenID Connect Core section 5.3).</summary>
    public Uri? UserInfoEndpoint { get; init; }

    /// <summary><c>pushed_authorization_request_endpoint</c> (RFC 9126).</summary>
    public Uri? PushedAuthorizationRequestEndpoint { get; init; }

    /// <summary><c>require_pushed_authorization_requests</c> (RFC 9126 section 5).</summary>
    public bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary><c>device_authorization_endpoint</c> (RFC 8628).</summary>
    public Uri? DeviceAuthorizationEndpoint { get; init; }

    /// <summary><c>token_endpoint_auth_methods_supported</c>.</summary>
    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; init; } = [];

    /// <summary><c>token_endpoint_auth_signing_alg_values_supported</c>.</summary>
    public IReadOnlyList<string> TokenEndpointAuthSigningAlgValuesSupported { get; init; } = [];

    /// <summary><c>grant_types_supported</c>.</summary>
    public IReadOnlyList<string> GrantTypesSupported { get; init; } = [];

    /// <summary><c>scopes_supported</c>; need not be complete.</summary>
    public IReadOnlyList<string> ScopesSupported { get; init; } = [];

    /// <summary><c>response_types_supported</c>.</summary>
    public IReadOnlyList<string> ResponseTypesSupported { get; init; } = [];

    /// <summary><c>capabilities</c>, for example <c>launch-standalone</c>, <c>permission-v2</c>, <c>authorize-post</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary><c>code_challenge_methods_supported</c>. This client sends S256 whatever stands here.</summary>
    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; init; } = [];

    /// <summary><c>dpop_signing_alg_values_supported</c> (RFC 9449 section 5.1).</summary>
    public IReadOnlyList<string> DPoPSigningAlgValuesSupported { get; init; } = [];

    /// <summary><c>authorization_response_iss_parameter_supported</c> (RFC 9207 section 3): when true, a callback without <c>iss</c> is refused.</summary>
    public bool AuthorizationResponseIssParameterSupported { get; init; }

    /// <summary><c>associated_endpoints</c> (SMART App Launch 2.2, experimental).</summary>
    public IReadOnlyList<SmartAssociatedEndpoint> AssociatedEndpoints { get; init; } = [];

    /// <summary><c>user_access_brand_bundle</c>.</summary>
    public Uri? UserAccessBrandBundle { get; init; }

    /// <summary><c>user_access_brand_identifier</c>.</summary>
    public string? UserAccessBrandIdentifier { get; init; }

    /// <summary>What is odd about the document, for a person who wants to report it; empty for a clean one.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Members of the document that have no property here, by name; values are strings, numbers, booleans, lists and dictionaries.</summary>
    public IReadOnlyDictionary<string, object?> AdditionalMembers { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}

/// <summary>One entry of <c>associated_endpoints</c>.</summary>
/// <param name="Url">The FHIR base URL of the other endpoint that accepts the same tokens.</param>
/// <param name="Capabilities">What it offers.</param>
public sealed record SmartAssociatedEndpoint(Uri Url, IReadOnlyList<string> Capabilities);
