using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Authorization;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

public sealed class AuthorizationRequestTests
{
    private static readonly Uri Redirect = new("http://127.0.0.1:8400/callback");

    private static Dictionary<string, string> QueryOf(AuthorizationRequest request) => request.Uri.Query.TrimStart('?').Split('&')
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    [Fact]
    public void The_request_has_every_parameter_that_SMART_requires()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);

        Dictionary<string, string> query = QueryOf(request);

        Assert.Equal("code", query["response_type"]);
        Assert.Equal("client-1", query["client_id"]);
        Assert.Equal("http://127.0.0.1:8400/callback", query["redirect_uri"]);
        Assert.Equal("openid fhirUser patient/*.rs", query["scope"]);
        Assert.Equal(request.State, query["state"]);
        Assert.Equal("https://ehr.example/fhir", query["aud"]);
        Assert.Equal(request.Nonce, query["nonce"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.DoesNotContain("launch", query.Keys);
    }

    [Theory]
    [InlineData("https://ehr.example/fhir")]
    [InlineData("https://ehr.example/fhir/")]
    [InlineData("https://ehr.example/fhir/R4/2.16.840.1.113883.3.140")]
    [InlineData("HTTPS://EHR.example:443/fhir")]
    public void The_aud_is_sent_to_the_letter(string aud) =>
        Assert.Equal(aud, QueryOf(TestConfigurations.Request(Redirect, TestConfigurations.Create(aud: aud)))["aud"]);

    [Fact]
    public void The_code_challenge_is_the_SHA256_of_the_code_verifier()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);

        Assert.Equal(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(request.CodeVerifier))), QueryOf(request)["code_challenge"]);
        Assert.InRange(request.CodeVerifier.Length, 43, 128);
        Assert.Matches("^[A-Za-z0-9._~-]+$", request.CodeVerifier);
    }

    [Fact]
    public void State_nonce_and_verifier_are_fresh_and_long_enough_in_every_request()
    {
        AuthorizationRequest[] requests = [.. Enumerable.Range(0, 200).Select(_ => TestConfigurations.Request(Redirect))];

        Assert.Equal(600, requests.SelectMany(request => new[] { request.State, request.Nonce, request.CodeVerifier }).Distinct(StringComparer.Ordinal).Count());
        Assert.All(requests, request => Assert.True(Base64UrlEncoder.DecodeBytes(request.State).Length >= 16));
    }

    [Fact]
    public void The_verifier_is_not_in_the_URL() =>
        Assert.All(Enumerable.Range(0, 20).Select(_ => TestConfigurations.Request(Redirect)), request => Assert.DoesNotContain(request.CodeVerifier, request.Uri.AbsoluteUri, StringComparison.Ordinal));

    [Fact]
    public void A_query_in_the_authorization_endpoint_is_kept()
    {
        var configuration = new SmartFhir.Discovery.SmartConfiguration
        {
            Aud = "https://ehr.example/fhir",
            Source = SmartFhir.Discovery.SmartConfigurationSource.Manual,
            AuthorizationEndpoint = new Uri("https://ehr.example/authorize?tenant=7"),
        };

        AuthorizationRequest request = TestConfigurations.Request(Redirect, configuration);

        Assert.StartsWith("https://ehr.example/authorize?tenant=7&", request.Uri.AbsoluteUri, StringComparison.Ordinal);
        Assert.DoesNotContain("&&", request.Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public void No_nonce_is_sent_without_openid() =>
        Assert.DoesNotContain("nonce", QueryOf(TestConfigurations.Request(Redirect, null, "patient/*.rs")).Keys);

    [Fact]
    public void Prompt_login_hint_and_additional_parameters_are_passed_on()
    {
        AuthorizationRequest request = AuthorizationRequest.Create(TestConfigurations.Create(), TestConfigurations.Options(Redirect) with
        {
            Prompt = "login",
            LoginHint = "ada@example.org",
            AdditionalParameters = [new("ah-practice", "Organization/a-1.Practice-1 & more")],
        });

        Dictionary<string, string> query = QueryOf(request);
        Assert.Equal("login", query["prompt"]);
        Assert.Equal("ada@example.org", query["login_hint"]);
        Assert.Equal("Organization/a-1.Practice-1 & more", query["ah-practice"]);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("code_challenge_method")]
    [InlineData("redirect_uri")]
    [InlineData("aud")]
    public void An_additional_parameter_cannot_replace_one_of_the_protocol(string name)
    {
        SmartException exception = Assert.Throws<SmartException>(() => AuthorizationRequest.Create(
            TestConfigurations.Create(), TestConfigurations.Options(Redirect) with { AdditionalParameters = [new(name, "x")] }));

        Assert.Equal(SmartErrorCode.InvalidArgument, exception.Code);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_with_a_space_is_refused_with_its_name() =>
        Assert.Contains("'a b'", Assert.Throws<SmartException>(() => TestConfigurations.Request(Redirect, null, "a b")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_request_prefers_POST_only_where_the_server_announces_it()
    {
        string[] many = [.. Enumerable.Range(0, 120).Select(index => $"patient/Observation.rs?category=some-category-{index}")];

        Assert.True(TestConfigurations.Request(Redirect, TestConfigurations.Create(capabilities: ["authorize-post"]), many).PrefersPost);
        Assert.False(TestConfigurations.Request(Redirect, TestConfigurations.Create(), many).PrefersPost);
        Assert.False(TestConfigurations.Request(Redirect, TestConfigurations.Create(capabilities: ["authorize-post"])).PrefersPost);
    }

    [Fact]
    public void A_server_without_an_authorization_endpoint_is_told_by_name()
    {
        var configuration = new SmartFhir.Discovery.SmartConfiguration { Aud = "https://ehr.example/fhir", Source = SmartFhir.Discovery.SmartConfigurationSource.Manual };

        Assert.Equal(SmartErrorCode.EndpointMissing, Assert.Throws<SmartException>(() => TestConfigurations.Request(Redirect, configuration)).Code);
    }
}
