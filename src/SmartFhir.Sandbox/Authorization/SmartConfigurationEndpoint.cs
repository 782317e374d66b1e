namespace SmartFhir.Sandbox.Authorization;

/// <summary><c>.well-known/smart-configuration</c> (SMART App Launch 2.2, Conformance): what this server really does.</summary>
public static class SmartConfigurationEndpoint
{
    public static IResult Handle(ServerAddress address) => Results.Json(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["issuer"] = address.Origin.AbsoluteUri,
        ["jwks_uri"] = address.Of(Endpoints.Keys),
        ["authorization_endpoint"] = address.Of(Endpoints.Authorize),
        ["token_endpoint"] = address.Of(Endpoints.Token),
        ["introspection_endpoint"] = address.Of(Endpoints.Introspect),
        ["revocation_endpoint"] = address.Of(Endpoints.Revoke),
        ["token_endpoint_auth_methods_supported"] = new[] { "none" },
        ["grant_types_supported"] = new[] { "authorization_code", "refresh_token" },
        ["response_types_supported"] = new[] { "code" },
        ["scopes_supported"] = SmartScopes.Supported,
        ["code_challenge_methods_supported"] = new[] { "S256" },
        ["authorization_response_iss_parameter_supported"] = true,
        ["capabilities"] = new[]
        {
            "launch-standalone", "authorize-post", "client-public", "sso-openid-connect", "context-standalone-patient", "context-standalone-encounter",
            "context-banner", "context-style", "permission-offline", "permission-patient", "permission-user", "permission-v1", "permission-v2",
        },
    });

    /// <summary><c>smart_style_url</c> (SMART App Launch 2.2, "Styling").</summary>
    public static IResult Style() => Results.Json(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["color_background"] = "#f4f6f8",
        ["color_error"] = "#c0362c",
        ["color_highlight"] = "#1a5fb4",
        ["color_modal_backdrop"] = "#16202a80",
        ["color_success"] = "#1a7f4b",
        ["color_text"] = "#16202a",
        ["dim_border_radius"] = "8px",
        ["dim_font_size"] = "16px",
        ["dim_spacing_size"] = "16px",
        ["font_family_body"] = "system-ui, sans-serif",
        ["font_family_heading"] = "system-ui, sans-serif",
    });
}
