using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Authorization;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Sessions;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Sessions;

/// <summary>From the authorization response to a session, at a token endpoint that answers as a test wants.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RSA _key = RSA.Create(2048);
    private readonly List<string> _warnings = [];
    private Dictionary<string, object> _answer = new(StringComparer.Ordinal);
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(context => context.Response.WriteAsync(context.Request.Path == "/jwks" ? Keys() : JsonSerializer.Serialize(_answer)));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private string Keys()
    {
        JsonWebKey key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key));
        return $$"""{"keys":[{"kty":"RSA","n":"{{key.N}}","e":"{{key.E}}"}]}""";
    }

    private async Task<SmartSession> SignInAsync(Dictionary<string, object> answer, string? fhirUser = null, params string[] scopes)
    {
        var configuration = new SmartConfiguration
        {
            Aud = $"{_server.Address}fhir",
            Source = SmartConfigurationSource.SmartConfiguration,
            Issuer = _server.Address.AbsoluteUri,
            JwksUri = new Uri(_server.Address, "jwks"),
            AuthorizationEndpoint = new Uri(_server.Address, "authorize"),
            TokenEndpoint = new Uri(_server.Address, "token"),
        };
        AuthorizationRequest request = TestConfigurations.Request(new Uri("http://127.0.0.1:1/callback"), configuration, scopes);
        _answer = new Dictionary<string, object>(answer, StringComparer.Ordinal) { ["access_token"] = "a", ["token_type"] = "Bearer" };
        if (fhirUser is not null)
        {
            string claims = JsonSerializer.Serialize(new { iss = configuration.Issuer, aud = "client-1", sub = "ada", exp = _time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(), nonce = request.Nonce, fhirUser });
            _answer["id_token"] = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(claims, new SigningCredentials(new RsaSecurityKey(_key), "RS256"));
        }

        HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        return await new SignIn(http, configuration, new PublicClient("client-1"), new JsonWebKeySource(http, false), _time, _warnings.Add)
            .CompleteAsync(request, AuthorizationResponse.Parse($"code=c&state={request.State}"), "name", Cancellation);
    }

    [Theory]
    [InlineData("Practitioner/1", "fhir/Practitioner/1")]
    [InlineData("Patient/a-b.c", "fhir/Patient/a-b.c")]
    public async Task A_relative_fhirUser_is_resolved_against_the_base(string claim, string expected)
    {
        using SmartSession session = await SignInAsync([], claim);

        Assert.Equal($"{_server.Address}{expected}", session.FhirUser);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task An_absolute_fhirUser_stays_as_it_is()
    {
        using SmartSession session = await SignInAsync([], "https://other.example/fhir/Person/7");

        Assert.Equal("https://other.example/fhir/Person/7", session.FhirUser);
    }

    [Theory]
    [InlineData("Patient/undefined")]
    [InlineData("Practitioner/null")]
    [InlineData("ada@example.org")]
    [InlineData("javascript:alert(1)/Patient/1")]
    public async Task An_unusable_fhirUser_is_a_warning_and_nobody(string claim)
    {
        using SmartSession session = await SignInAsync([], claim);

        Assert.Null(session.FhirUser);
        Assert.Contains(claim, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_launch_context_is_kept()
    {
        using SmartSession session = await SignInAsync(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["patient"] = "p1",
            ["encounter"] = "e1",
            ["need_patient_banner"] = false,
            ["intent"] = "reconcile",
            ["smart_style_url"] = "https://ehr.example/style.json",
            ["tenant"] = "t1",
            ["fhirContext"] = new[] { new { reference = "ImagingStudy/1" } },
            ["practice"] = "201",
        });

        Assert.Equal(("p1", "e1"), (session.Patient, session.Encounter));
        Assert.Equal((false, "reconcile", "https://ehr.example/style.json", "t1"), (session.LaunchContext.NeedPatientBanner, session.LaunchContext.Intent, session.LaunchContext.SmartStyleUrl, session.LaunchContext.Tenant));
        Assert.Single(session.LaunchContext.FhirContext);
        Assert.Equal("201", session.LaunchContext.AdditionalMembers["practice"]);
    }

    [Fact]
    public async Task Missing_scopes_are_a_warning_that_names_them()
    {
        using SmartSession session = await SignInAsync(new Dictionary<string, object>(StringComparer.Ordinal) { ["scope"] = "patient/Patient.rs" }, null, "patient/*.rs", "offline_access");

        Assert.Equal(["patient/Patient.rs"], session.Scope);
        Assert.Contains("patient/*.rs (granted in part: patient/Patient.rs), offline_access", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_keeps_what_the_answer_leaves_out()
    {
        using SmartSession session = await SignInAsync(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["scope"] = "patient/*.rs",
            ["patient"] = "p1",
            ["refresh_token"] = "r1",
            ["expires_in"] = 300,
        });
        _answer = new Dictionary<string, object>(StringComparer.Ordinal) { ["access_token"] = "b", ["token_type"] = "bearer", ["expires_in"] = 300 };
        Assert.Equal("a", (await session.GetTokenAsync(null, Cancellation)).AccessToken);

        _time.Advance(TimeSpan.FromSeconds(241));
        TokenSet renewed = await session.GetTokenAsync(null, Cancellation);

        Assert.Equal(("b", "Bearer", "r1", "p1"), (renewed.AccessToken, renewed.TokenType, renewed.RefreshToken, renewed.Context.Patient));
        Assert.Equal(["patient/*.rs"], renewed.Scope);
    }

    [Fact]
    public async Task A_dead_refresh_token_is_asked_about_once()
    {
        using SmartSession session = await SignInAsync(new Dictionary<string, object>(StringComparer.Ordinal) { ["refresh_token"] = "r1" });
        _answer = new Dictionary<string, object>(StringComparer.Ordinal) { ["error"] = "invalid_grant" };
        int before = _server.Requests.Count;

        for (int attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(SmartErrorCode.TokenExpired, (await Assert.ThrowsAnyAsync<SmartException>(() => session.GetTokenAsync("a", Cancellation))).Code);
        }

        Assert.Equal(before + 1, _server.Requests.Count);
    }

    [Fact]
    public async Task The_last_minute_of_a_token_without_renewal_is_still_used()
    {
        using SmartSession session = await SignInAsync(new Dictionary<string, object>(StringComparer.Ordinal) { ["expires_in"] = 100 });
        _time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal("a", (await session.GetTokenAsync(null, Cancellation)).AccessToken);

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(SmartErrorCode.TokenExpired, (await Assert.ThrowsAsync<SmartException>(() => session.GetTokenAsync(null, Cancellation))).Code);
    }
}
