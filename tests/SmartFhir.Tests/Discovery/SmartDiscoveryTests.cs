using System.Text;
using Microsoft.AspNetCore.Http;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Tests.Http;

namespace SmartFhir.Tests.Discovery;

public sealed class SmartDiscoveryTests : IDisposable
{
    private const string WellKnown = "/fhir/.well-known/smart-configuration";
    private const string Minimal = """{"authorization_endpoint":"https://as.example/authorize","token_endpoint":"https://as.example/token"}""";

    private readonly HttpClient _http = SmartHttp.CreateClient(new SmartHttpOptions());

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/fhir")]
    [InlineData("/fhir/")]
    public async Task The_well_known_document_is_found_with_and_without_a_trailing_slash_and_aud_stays_as_given(string path)
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(asked => asked == WellKnown ? Minimal : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + path);
        Assert.Equal(server.Origin + path, configuration.Aud);
        Assert.Equal(SmartConfigurationSource.SmartConfiguration, configuration.Source);
        Assert.Equal(server.Origin + WellKnown, configuration.SourceUri!.AbsoluteUri);
        Assert.Equal("https://as.example/token", configuration.TokenEndpoint!.AbsoluteUri);
        SeenRequest request = Assert.Single(server.Requests);
        Assert.Contains("application/json", request.Header("Accept"), StringComparison.Ordinal);
        Assert.StartsWith("SmartFhir/", request.Header("User-Agent"), StringComparison.Ordinal);
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public async Task A_relative_endpoint_is_resolved_against_the_base()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == WellKnown
            ? """{"authorization_endpoint":"auth/authorize","token_endpoint":"/oauth/token"}"""
            : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(server.Origin + "/fhir/auth/authorize", configuration.AuthorizationEndpoint!.AbsoluteUri);
        Assert.Equal(server.Origin + "/oauth/token", configuration.TokenEndpoint!.AbsoluteUri);
        Assert.Equal(2, configuration.Warnings.Count);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Json_is_read_whatever_the_content_type_or_a_byte_order_mark_says(string encoding)
    {
        var text = Encoding.GetEncoding(encoding);
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/html; charset=iso-8859-1";
            await context.Response.Body.WriteAsync((byte[])[.. text.GetPreamble(), .. text.GetBytes(Minimal)]);
        });
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal("https://as.example/authorize", configuration.AuthorizationEndpoint!.AbsoluteUri);
    }

    [Fact]
    public async Task Every_field_of_smart_2_2_is_typed_and_unknown_ones_are_kept()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == WellKnown
            ? """
              {
                "issuer": "https://as.example", "jwks_uri": "https://as.example/jwks",
                "authorization_endpoint": "https://as.example/authorize", "token_endpoint": "https://as.example/token",
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
                "registration_endpoint": "https://as.example/register", "management_endpoint": "https://as.example/manage",
                "introspection_endpoint": "https://as.example/introspect", "revocation_endpoint": "https://as.example/revoke",
                "associated_endpoints": [{"url": "https://ehr.example/state", "capabilities": ["smart-app-state"]}],
                "user_access_brand_bundle": "https://ehr.example/brands.json",
                "user_access_brand_identifier": {"system": "urn:ietf:rfc:3986", "value": "https://ehr.example"},
                "scopes_supported": ["openid", "patient/*.rs"], "response_types_supported": ["code"],
                "capabilities": ["launch-standalone", "permission-v2"], "code_challenge_methods_supported": ["S256"],
                "vendor": {"name": "x", "version": 2, "ratio": 1.50, "tags": ["a", true, null]}
              }
              """
            : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal("https://as.example", configuration.Issuer);
        Assert.Equal("https://as.example/jwks", configuration.JwksUri!.AbsoluteUri);
        Assert.Equal(["authorization_code", "client_credentials"], configuration.GrantTypesSupported);
        Assert.Equal(["private_key_jwt"], configuration.TokenEndpointAuthMethodsSupported);
        Assert.Equal(["RS384", "ES384"], configuration.TokenEndpointAuthSigningAlgValuesSupported);
        Assert.Equal("https://as.example/register", configuration.RegistrationEndpoint!.AbsoluteUri);
        Assert.Equal("https://as.example/manage", configuration.ManagementEndpoint!.AbsoluteUri);
        Assert.Equal("https://as.example/introspect", configuration.IntrospectionEndpoint!.AbsoluteUri);
        Assert.Equal("https://as.example/revoke", configuration.RevocationEndpoint!.AbsoluteUri);
        SmartAssociatedEndpoint associated = Assert.Single(configuration.AssociatedEndpoints);
        Assert.Equal("https://ehr.example/state", associated.Url.AbsoluteUri);
        Assert.Equal(["smart-app-state"], associated.Capabilities);
        Assert.Equal("https://ehr.example/brands.json", configuration.UserAccessBrandBundle!.AbsoluteUri);
        Assert.Equal("https://ehr.example", configuration.UserAccessBrandIdentifier);
        Assert.Equal(["openid", "patient/*.rs"], configuration.ScopesSupported);
        Assert.Equal(["code"], configuration.ResponseTypesSupported);
        Assert.Equal(["launch-standalone", "permission-v2"], configuration.Capabilities);
        Assert.Equal(["S256"], configuration.CodeChallengeMethodsSupported);
        var vendor = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(Assert.Single(configuration.AdditionalMembers).Value);
        Assert.Equal(2L, vendor["version"]);
        Assert.Equal(1.50m, vendor["ratio"]);
        Assert.Equal(["a", true, null], Assert.IsAssignableFrom<IReadOnlyList<object?>>(vendor["tags"]));
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public async Task Members_of_a_wrong_type_are_read_as_far_as_they_make_sense_and_reported()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == WellKnown
            ? """
              {
                "authorization_endpoint": "https://as.example/authorize", "token_endpoint": "https://as.example/token",
                "scopes_supported": "openid fhirUser", "capabilities": ["launch-standalone", 5], "issuer": 7,
                "authorization_response_iss_parameter_supported": "true", "grant_types_supported": {}, "associated_endpoints": [{"url": 5}, 6]
              }
              """
            : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(["openid", "fhirUser"], configuration.ScopesSupported);
        Assert.Equal(["launch-standalone"], configuration.Capabilities);
        Assert.Null(configuration.Issuer);
        Assert.True(configuration.AuthorizationResponseIssParameterSupported);
        Assert.Empty(configuration.GrantTypesSupported);
        Assert.Empty(configuration.AssociatedEndpoints);
        foreach (string name in (string[])["scopes_supported", "capabilities", "issuer", "authorization_response_iss_parameter_supported", "grant_types_supported", "associated_endpoints"])
        {
            Assert.Contains(configuration.Warnings, warning => warning.Contains($"'{name}'", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(410, "")]
    [InlineData(401, "")]
    [InlineData(503, "")]
    [InlineData(200, "<html><body>Welcome</body></html>")]
    [InlineData(200, "{}")]
    [InlineData(200, "[]")]
    public async Task Where_the_well_known_document_is_unusable_the_capability_statement_is_read(int status, string body)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            bool statement = context.Request.Path == "/fhir/metadata";
            context.Response.StatusCode = statement ? 200 : status;
            await context.Response.WriteAsync(statement ? Statement("authorize", "https://as.example/authorize", "token", "token") : body);
        });
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(SmartConfigurationSource.CapabilityStatement, configuration.Source);
        Assert.Equal(server.Origin + "/fhir/metadata", configuration.SourceUri!.AbsoluteUri);
        Assert.Equal("https://as.example/authorize", configuration.AuthorizationEndpoint!.AbsoluteUri);
        Assert.Equal(server.Origin + "/fhir/token", configuration.TokenEndpoint!.AbsoluteUri);
        Assert.Contains("application/fhir+json", server.Requests[^1].Header("Accept"), StringComparison.Ordinal);
        Assert.Equal(status is 404 or 410 ? 0 : 1, configuration.Warnings.Count);
    }

    [Fact]
    public async Task The_capability_statement_gives_all_six_endpoints_and_the_capabilities()
    {
        string statement = Statement(
            "authorize", "https://a.example/1", "token", "https://a.example/2", "register", "https://a.example/3",
            "manage", "https://a.example/4", "introspect", "https://a.example/5", "revoke", "https://a.example/6");
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == "/fhir/metadata" ? statement : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Uri?[] endpoints =
        [
            configuration.AuthorizationEndpoint, configuration.TokenEndpoint, configuration.RegistrationEndpoint,
            configuration.ManagementEndpoint, configuration.IntrospectionEndpoint, configuration.RevocationEndpoint,
        ];
        Assert.Equal(Enumerable.Range(1, 6).Select(number => $"https://a.example/{number}"), endpoints.Select(endpoint => endpoint?.AbsoluteUri));
        Assert.Equal(["launch-standalone"], configuration.Capabilities);
    }

    [Theory]
    [InlineData("/fhir/.well-known/openid-configuration", SmartConfigurationSource.OpenIdConfiguration)]
    [InlineData("/fhir/.well-known/oauth-authorization-server", SmartConfigurationSource.OAuthAuthorizationServer)]
    [InlineData("/.well-known/oauth-authorization-server/fhir", SmartConfigurationSource.OAuthAuthorizationServer)]
    [InlineData("/.well-known/openid-configuration", SmartConfigurationSource.OpenIdConfiguration)]
    [InlineData("/.well-known/oauth-authorization-server", SmartConfigurationSource.OAuthAuthorizationServer)]
    public async Task Without_smart_metadata_oauth_metadata_is_looked_for(string path, SmartConfigurationSource source)
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(asked => asked == path ? Minimal : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(source, configuration.Source);
        Assert.Equal([WellKnown, "/fhir/metadata"], server.Paths.Take(2));
        Assert.Equal(server.Paths.Distinct(), server.Paths);
    }

    [Fact]
    public async Task A_401_that_names_its_protected_resource_metadata_leads_to_the_authorization_server()
    {
        string authorizationServer = "";
        await using LoopbackServer issuer = await LoopbackServer.ServingAsync(path => path == "/tenant/.well-known/openid-configuration"
            ? Minimal.Replace("{", $$"""{"issuer":"{{authorizationServer}}",""", StringComparison.Ordinal)
            : null);
        authorizationServer = issuer.Origin + "/tenant";
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            string origin = $"http://{context.Request.Host}";
            if (context.Request.Path == "/prm")
            {
                await context.Response.WriteAsync($$"""{"resource":"{{origin}}/fhir","authorization_servers":["{{authorizationServer}}"]}""");
                return;
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"x\", resource_metadata=\"{origin}/prm\"";
        });
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(authorizationServer, configuration.Issuer);
        Assert.Equal("https://as.example/token", configuration.TokenEndpoint!.AbsoluteUri);
    }

    [Fact]
    public async Task Metadata_of_another_issuer_than_the_one_named_is_not_used()
    {
        await using LoopbackServer issuer = await LoopbackServer.ServingAsync(path => path.StartsWith("/.well-known/", StringComparison.Ordinal)
            ? Minimal.Replace("{", """{"issuer":"https://evil.example",""", StringComparison.Ordinal)
            : null);
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == WellKnown ? $$"""{"issuer":"{{issuer.Origin}}"}""" : null);
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => DiscoverAsync(server.Origin + "/fhir"));
        Assert.Equal(SmartErrorCode.EndpointMissing, error.Code);
        Assert.Contains("names the issuer 'https://evil.example' instead of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_announces_launches_without_an_authorization_endpoint_is_not_enough()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path =>
            path == WellKnown ? """{"token_endpoint":"https://as.example/token","capabilities":["launch-standalone"]}""" : null);
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => DiscoverAsync(server.Origin + "/fhir"));
        Assert.Equal(SmartErrorCode.EndpointMissing, error.Code);
        Assert.Contains("no authorization endpoint", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_for_backend_services_alone_needs_no_authorization_endpoint()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path =>
            path == WellKnown ? """{"token_endpoint":"https://as.example/token","capabilities":["client-confidential-asymmetric"]}""" : null);
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Null(configuration.AuthorizationEndpoint);
        Assert.NotNull(configuration.TokenEndpoint);
    }

    [Theory]
    [InlineData("authorization_endpoint")]
    [InlineData("token_endpoint")]
    [InlineData("revocation_endpoint")]
    public async Task An_endpoint_that_is_not_https_is_refused_by_name(string name)
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path => path == WellKnown
            ? $$"""{"authorization_endpoint":"https://as.example/authorize","token_endpoint":"https://as.example/token","{{name}}":"http://as.example/x"}"""
            : null);
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => DiscoverAsync(server.Origin + "/fhir"));
        Assert.Equal(SmartErrorCode.EndpointNotHttps, error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("http://as.example/x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_of_discovery_are_followed()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            string path = context.Request.Path.Value!;
            if (path == WellKnown)
            {
                context.Response.Redirect("/one");
            }
            else if (path == "/one")
            {
                context.Response.Redirect($"http://{context.Request.Host}/two", permanent: true);
            }
            else
            {
                await context.Response.WriteAsync(Minimal.Replace("https://as.example/token", "token", StringComparison.Ordinal));
            }
        });
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(server.Origin + "/two", configuration.SourceUri!.AbsoluteUri);
        Assert.Equal(server.Origin + "/fhir/token", configuration.TokenEndpoint!.AbsoluteUri);
    }

    [Fact]
    public async Task A_redirect_that_never_ends_is_given_up_and_the_next_source_tried()
    {
        int count = 0;
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/fhir/metadata")
            {
                await context.Response.WriteAsync(Statement("authorize", "https://a.example/1", "token", "https://a.example/2"));
                return;
            }

            context.Response.Redirect($"/loop/{Interlocked.Increment(ref count)}");
        });
        SmartConfiguration configuration = await DiscoverAsync(server.Origin + "/fhir");
        Assert.Equal(SmartConfigurationSource.CapabilityStatement, configuration.Source);
        Assert.Equal(6, count);
        Assert.Contains("redirects more than 5 times", Assert.Single(configuration.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_endpoints_given_by_hand_are_held_to_the_same_rules()
    {
        var discovery = new SmartDiscovery(_http);
        SmartConfiguration configuration = discovery.Manual("https://ehr.example/fhir", new Uri("https://as.example/a"), new Uri("https://as.example/t"));
        Assert.Equal(SmartConfigurationSource.Manual, configuration.Source);
        Assert.Null(configuration.SourceUri);
        SmartException error = Assert.Throws<SmartException>(() => discovery.Manual("https://ehr.example/fhir", null, new Uri("http://as.example/t")));
        Assert.Equal(SmartErrorCode.InsecureHttp, error.Code);
        Assert.Contains("-TokenEndpoint", error.Message, StringComparison.Ordinal);
    }

    private static string Statement(params string[] pairs)
    {
        IEnumerable<string> parts = pairs.Chunk(2).Select(pair => $$"""{"url":"{{pair[0]}}","valueUri":"{{pair[1]}}"}""");
        return $$"""
            {"resourceType":"CapabilityStatement","rest":[{"mode":"server","security":{"extension":[
              {"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/capabilities","valueCode":"launch-standalone"},
              {"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","extension":[{{string.Join(',', parts)}}]} ]} } ]}
            """;
    }

    private Task<SmartConfiguration> DiscoverAsync(string aud) => new SmartDiscovery(_http).DiscoverAsync(aud, CancellationToken.None);
}
