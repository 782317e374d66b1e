using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SmartFhir.Tests.Sandbox;

public sealed class ApprovingSandbox : IAsyncLifetime
{
    public SandboxProcess Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sandbox = await SandboxProcess.StartAsync("--auto-approve", "--client", "exact=http://127.0.0.1:7000/only");

    public ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a conformance suite asks of a SMART 2.2 authorization server.</summary>
public sealed class AuthorizationServerTests(ApprovingSandbox fixture) : IClassFixture<ApprovingSandbox>
{
    private const string Scope = "openid fhirUser launch/patient patient/*.rs offline_access";

    private readonly SandboxProcess _sandbox = fixture.Sandbox;
    private readonly string _verifier = new('v', 64);

    [Fact]
    public async Task Discovery_names_every_field_of_SMART_and_the_endpoints_are_there()
    {
        JsonObject configuration = await _sandbox.JsonAsync(".well-known/smart-configuration", null);

        Assert.Equal($"{_sandbox.Origin}/", (string)configuration["issuer"]!);
        Assert.All(
            (string[])["jwks_uri", "authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint"],
            name => Assert.StartsWith(_sandbox.Origin, (string)configuration[name]!, StringComparison.Ordinal));
        Assert.Equal(["S256"], configuration["code_challenge_methods_supported"]!.AsArray().Select(item => (string)item!));
        Assert.Contains("permission-v2", configuration["capabilities"]!.AsArray().Select(item => (string)item!));
        Assert.Contains("authorization_code", configuration["grant_types_supported"]!.AsArray().Select(item => (string)item!));
        JsonObject openId = JsonNode.Parse(await _sandbox.Http.GetStringAsync($"{_sandbox.Origin}/.well-known/openid-configuration"))!.AsObject();
        Assert.Equal((string)configuration["issuer"]!, (string)openId["issuer"]!);
        Assert.Equal((string)configuration["jwks_uri"]!, (string)openId["jwks_uri"]!);
        Assert.Contains("\"RS256\"", await _sandbox.Http.GetStringAsync((string)configuration["jwks_uri"]!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_response_has_the_launch_context_and_is_not_stored()
    {
        Dictionary<string, string> answer = await _sandbox.AuthorizeAsync(Scope, _verifier);
        (HttpResponseMessage response, JsonObject body) = await _sandbox.ExchangeAsync(answer["code"], _verifier);

        Assert.Equal("the-state", answer["state"]);
        Assert.Equal($"{_sandbox.Origin}/", answer["iss"]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        Assert.Equal("Bearer", (string)body["token_type"]!);
        Assert.Equal(Scope, (string)body["scope"]!);
        Assert.StartsWith("patient-", (string)body["patient"]!, StringComparison.Ordinal);
        Assert.True((bool)body["need_patient_banner"]!);
        Assert.NotNull(body["refresh_token"]);
        Assert.InRange((int)body["expires_in"]!, 3590, 3600);
    }

    [Fact]
    public async Task The_id_token_is_signed_by_the_published_key_and_names_the_user()
    {
        JsonObject body = await _sandbox.TokenAsync(Scope);
        var keys = new JsonWebKeySet(await _sandbox.Http.GetStringAsync($"{_sandbox.Origin}/.well-known/jwks"));

        TokenValidationResult result = await new JsonWebTokenHandler().ValidateTokenAsync((string)body["id_token"]!, new TokenValidationParameters
        {
            ValidIssuer = $"{_sandbox.Origin}/",
            ValidAudience = "smartfhir",
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidAlgorithms = ["RS256"],
        });

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("the-nonce", result.Claims["nonce"]);
        Assert.StartsWith($"{_sandbox.FhirBase}/Practitioner/", (string)result.Claims["fhirUser"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_works_once()
    {
        Dictionary<string, string> answer = await _sandbox.AuthorizeAsync(Scope, _verifier);
        await _sandbox.ExchangeAsync(answer["code"], _verifier);

        (HttpResponseMessage response, JsonObject body) = await _sandbox.ExchangeAsync(answer["code"], _verifier);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_grant", (string)body["error"]!);
    }

    [Fact]
    public async Task A_wrong_verifier_and_the_plain_method_are_refused()
    {
        Dictionary<string, string> answer = await _sandbox.AuthorizeAsync(Scope, _verifier);

        Assert.Equal("invalid_grant", (string)(await _sandbox.ExchangeAsync(answer["code"], new string('w', 64))).Body["error"]!);
        using HttpResponseMessage plain = await _sandbox.Http.GetAsync(_sandbox.AuthorizeUrl(Scope, _verifier, _sandbox.FhirBase, method: "plain"));
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        Assert.Contains("code_challenge_method", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://other.example/fhir")]
    [InlineData("")]
    public async Task A_wrong_aud_is_an_error_that_names_the_right_one(string aud)
    {
        Dictionary<string, string> answer = await _sandbox.AuthorizeAsync(Scope, _verifier, aud);

        Assert.Equal("invalid_request", answer["error"]);
        Assert.Contains(_sandbox.FhirBase, answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_aud_may_end_with_a_slash() => Assert.Contains("code", (await _sandbox.AuthorizeAsync(Scope, _verifier, _sandbox.FhirBase + "/")).Keys);

    [Theory]
    [InlineData("openid banana")]
    [InlineData("system/*.rs")]
    [InlineData("patient/Observation.sr")]
    public async Task An_unknown_scope_is_named(string scope)
    {
        Dictionary<string, string> answer = await _sandbox.AuthorizeAsync(scope, _verifier);

        Assert.Equal("invalid_scope", answer["error"]);
        Assert.Contains(scope.Split(' ')[^1], answer["error_description"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smartfhir", "https://app.example/callback")]
    [InlineData("smartfhir", "http://192.168.0.1/callback")]
    [InlineData("exact", "http://127.0.0.1:7001/only")]
    [InlineData("exact", "http://127.0.0.1:7000/other")]
    [InlineData("nobody", SandboxProcess.Redirect)]
    public async Task An_unregistered_client_or_redirect_is_a_page_and_never_a_redirect(string client, string redirect)
    {
        using HttpResponseMessage response = await _sandbox.Http.GetAsync(_sandbox.AuthorizeUrl(Scope, _verifier, _sandbox.FhirBase, client: client, redirect: redirect));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Contains("This sign-in cannot start", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_redirect_works_to_the_letter() =>
        Assert.Contains("code", (await _sandbox.AuthorizeAsync(Scope, _verifier, client: "exact", redirect: "http://127.0.0.1:7000/only")).Keys);

    [Fact]
    public async Task A_refresh_rotates_the_token_and_a_used_one_is_dead()
    {
        JsonObject first = await _sandbox.TokenAsync(Scope);
        JsonObject second = (await RefreshAsync((string)first["refresh_token"]!)).Body;

        Assert.Equal((string)first["patient"]!, (string)second["patient"]!);
        Assert.NotEqual((string)first["refresh_token"]!, (string)second["refresh_token"]!);
        Assert.NotEqual((string)first["access_token"]!, (string)second["access_token"]!);
        Assert.Equal("invalid_grant", (string)(await RefreshAsync((string)first["refresh_token"]!)).Body["error"]!);
    }

    [Fact]
    public async Task No_refresh_token_is_given_without_offline_access() => Assert.Null((await _sandbox.TokenAsync("openid patient/*.rs"))["refresh_token"]);

    [Fact]
    public async Task A_revoked_token_no_longer_opens_anything()
    {
        JsonObject body = await _sandbox.TokenAsync(Scope);
        string token = (string)body["access_token"]!;
        Assert.Equal(HttpStatusCode.OK, (await _sandbox.GetAsync("Patient", token)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await _sandbox.PostAsync("/connect/revoke", ("token", token), ("client_id", "smartfhir"))).Response.StatusCode);

        using HttpResponseMessage refused = await _sandbox.GetAsync("Patient", token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.False((bool)(await _sandbox.PostAsync("/connect/introspect", ("token", token), ("client_id", "smartfhir"))).Body["active"]!);
    }

    [Fact]
    public async Task The_API_and_discovery_are_open_to_other_origins()
    {
        using HttpResponseMessage response = await _sandbox.GetAsync(".well-known/smart-configuration", null, ("Origin", "https://app.example"));

        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task The_pages_belong_to_the_browser_that_started()
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        using HttpResponseMessage start = await sandbox.Http.GetAsync(sandbox.AuthorizeUrl(Scope, _verifier, sandbox.FhirBase));
        using var stranger = new HttpClient();

        using HttpResponseMessage own = await sandbox.Http.GetAsync(new Uri(new Uri(sandbox.Origin), start.Headers.Location!));
        using HttpResponseMessage foreign = await stranger.GetAsync(new Uri(new Uri(sandbox.Origin), start.Headers.Location!));

        Assert.Contains("name=\"password\"", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, foreign.StatusCode);
        Assert.DoesNotContain("name=\"password\"", await foreign.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_access_token_ends_with_its_lifetime()
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync("--auto-approve", "--token-lifetime", "1");
        string token = (string)(await sandbox.TokenAsync(Scope))["access_token"]!;
        var clock = Stopwatch.StartNew();
        HttpStatusCode status;
        do
        {
            using HttpResponseMessage response = await sandbox.GetAsync("Patient", token);
            status = response.StatusCode;
            await Task.Delay(100);
        }
        while (status == HttpStatusCode.OK && clock.Elapsed < TimeSpan.FromSeconds(20));

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task Https_is_served_with_the_certificate_of_the_ready_line()
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync("--https");
        using var expected = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem((string)sandbox.Ready["certificate"]!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == expected.GetCertHashString();
        using var http = new HttpClient(handler);

        JsonObject configuration = JsonNode.Parse(await http.GetStringAsync($"{sandbox.FhirBase}/.well-known/smart-configuration"))!.AsObject();

        Assert.StartsWith("https://127.0.0.1:", (string)configuration["token_endpoint"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense", "Unknown option '--nonsense'")]
    [InlineData("--port banana", "--port needs a whole number")]
    [InlineData("--fault 429", "--fault: '429'")]
    [InlineData("--client x", "--client needs")]
    [InlineData("--load /does/not/exist", "there is no folder '/does/not/exist'")]
    public async Task A_wrong_option_is_told_and_ends_with_2(string options, string expected)
    {
        using Process process = SandboxProcess.StartProcess(null, options.Split(' '));
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_ends_with_its_standard_input_and_leaves_no_file()
    {
        string folder = Directory.CreateTempSubdirectory("smartfhir-sandbox-tmp-").FullName;
        using Process process = SandboxProcess.StartProcess(folder, "--patients", "1");
        await process.StandardOutput.ReadLineAsync();
        Assert.NotEmpty(Directory.GetFiles(folder, "smartfhir-sandbox-*"));

        process.StandardInput.Close();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Empty(Directory.GetFiles(folder, "smartfhir-sandbox-*"));
        Directory.Delete(folder, recursive: true);
    }

    private Task<(HttpResponseMessage Response, JsonObject Body)> RefreshAsync(string token) =>
        _sandbox.PostAsync("/connect/token", ("grant_type", "refresh_token"), ("client_id", "smartfhir"), ("refresh_token", token));
}
