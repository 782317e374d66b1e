namespace SmartFhir.Sandbox.Authorization;

/// <summary>The paths of the authorization server: one place for discovery, the CapabilityStatement and the routes.</summary>
public static class Endpoints
{
    public const string Authorize = "/connect/authorize";
    public const string Token = "/connect/token";
    public const string Introspect = "/connect/introspect";
    public const string Revoke = "/connect/revoke";
    public const string Keys = "/.well-known/jwks";
    public const string Manage = "/manage";
    public const string Login = "/login";
    public const string Patient = "/patient";
    public const string Consent = "/consent";
    public const string Style = "/smart-style.json";
}
