using SmartFhir.Authorization;
using SmartFhir.Discovery;

namespace SmartFhir.Tests.Support;

internal static class TestConfigurations
{
    public static SmartConfiguration Create(
        string? issuer = null, bool announcesIss = false, string aud = "https://ehr.example/fhir", string[]? capabilities = null, string[]? scopes = null) => new()
        {
            Aud = aud,
            Source = SmartConfigurationSource.SmartConfiguration,
            AuthorizationEndpoint = new Uri("https://ehr.example/authorize"),
            TokenEndpoint = new Uri("https://ehr.example/token"),
            Issuer = issuer,
            AuthorizationResponseIssParameterSupported = announcesIss,
            Capabilities = capabilities ?? [],
            ScopesSupported = scopes ?? [],
        };

    public static AuthorizationRequestOptions Options(Uri redirect, params string[] scopes) => new()
    {
        ClientId = "client-1",
        RedirectUri = redirect,
        Scopes = scopes.Length > 0 ? scopes : ["openid", "fhirUser", "patient/*.rs"],
    };

    public static AuthorizationRequest Request(Uri redirect, SmartConfiguration? configuration = null, params string[] scopes) =>
        AuthorizationRequest.Create(configuration ?? Create(), Options(redirect, scopes));
}
