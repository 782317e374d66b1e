using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Authorization;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

/// <summary>id_tokens as an attacker or a careless server makes them, against keys served by a real server.</summary>
public sealed class IdTokenValidatorTests : IAsyncLifetime
{
    private const string Client = "client-1";
    private const string Nonce = "the-nonce";
    private const string AccessToken = "the-access-token";

    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly List<SecurityKey> _published = [];
    private readonly HttpClient _http = SmartHttp.CreateClient(new SmartHttpOptions());
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RsaSecurityKey Rsa => new(_rsa) { KeyId = "rsa-1" };

    private string Issuer => _server.Address.AbsoluteUri;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(context => context.Response.WriteAsync(context.Request.Path == "/jwks" ? KeySet() : "{}"));
        _published.Add(Rsa);
        _published.Add(new ECDsaSecurityKey(_ec) { KeyId = "ec-1" });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
        _rsa.Dispose();
        _ec.Dispose();
    }

    private string KeySet() => JsonSerializer.Serialize(new
    {
        keys = _published.Select(key =>
        {
            JsonWebKey web = JsonWebKeyConverter.ConvertFromSecurityKey(key);
            return new { kty = web.Kty, kid = web.Kid, n = web.N, e = web.E, crv = web.Crv, x = web.X, y = web.Y, use = "sig" };
        }),
    }, WithoutNulls);

    private SmartConfiguration Configuration() => new()
    {
        Aud = $"{Issuer}fhir",
        Source = SmartConfigurationSource.SmartConfiguration,
        Issuer = Issuer,
        JwksUri = new Uri(_server.Address, "jwks"),
        TokenEndpoint = new Uri(_server.Address, "token"),
    };

    private Dictionary<string, object> Claims() => new(StringComparer.Ordinal)
    {
        ["iss"] = Issuer,
        ["aud"] = Client,
        ["sub"] = "ada",
        ["exp"] = _time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
        ["iat"] = _time.GetUtcNow().ToUnixTimeSeconds(),
        ["nonce"] = Nonce,
        ["fhirUser"] = "Practitioner/1",
    };

    private static string Sign(Dictionary<string, object> claims, SecurityKey key, string algorithm) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(key, algorithm));

    private Task<IReadOnlyDictionary<string, object?>?> ValidateAsync(string token, SmartConfiguration? configuration = null, string? nonce = Nonce) =>
        new IdTokenValidator(new JsonWebKeySource(_http, false), _time).ValidateAsync(token, configuration ?? Configuration(), Client, nonce, AccessToken, Cancellation);

    private async Task<string> ReasonAsync(string token)
    {
        SmartException exception = await Assert.ThrowsAsync<SmartException>(() => ValidateAsync(token));
        Assert.Equal(SmartErrorCode.IdTokenInvalid, exception.Code);
        Assert.DoesNotContain(token, exception.ToString(), StringComparison.Ordinal);
        return exception.Message;
    }

    [Fact]
    public async Task A_token_that_is_right_gives_its_claims()
    {
        IReadOnlyDictionary<string, object?>? claims = await ValidateAsync(Sign(Claims(), Rsa, "RS256"));

        Assert.Equal("ada", claims!["sub"]);
        Assert.Equal("Practitioner/1", claims["fhirUser"]);
    }

    [Fact]
    public async Task ES384_is_accepted() => Assert.NotNull(await ValidateAsync(Sign(Claims(), new ECDsaSecurityKey(_ec) { KeyId = "ec-1" }, "ES384")));

    [Fact]
    public async Task A_token_without_a_key_id_is_tried_with_every_key() => Assert.NotNull(await ValidateAsync(Sign(Claims(), new RsaSecurityKey(_rsa), "RS256")));

    [Fact]
    public async Task No_signature_is_no_proof()
    {
        string unsigned = $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{Base64UrlEncoder.Encode(JsonSerializer.Serialize(Claims()))}.";

        Assert.Contains("'none'", await ReasonAsync(unsigned), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_HMAC_made_with_the_public_key_is_refused()
    {
        var secret = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "rsa-1" };

        Assert.Contains("'HS256'", await ReasonAsync(Sign(Claims(), secret, "HS256")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_by_another_key_is_refused()
    {
        using RSA other = RSA.Create(2048);

        Assert.Contains("signature", await ReasonAsync(Sign(Claims(), new RsaSecurityKey(other) { KeyId = "rsa-1" }, "RS256")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iss", "https://evil.example/", "its issuer is 'https://evil.example/'")]
    [InlineData("aud", "another-client", "it is not for client 'client-1'")]
    [InlineData("nonce", "another-nonce", "its nonce is not that of this sign-in")]
    [InlineData("azp", "another-client", "authorized party")]
    [InlineData("at_hash", "AAAAAAAAAAAAAAAAAAAAAA", "at_hash")]
    public async Task A_wrong_claim_is_named(string claim, string value, string expected)
    {
        Dictionary<string, object> claims = Claims();
        claims[claim] = value;

        Assert.Contains(expected, await ReasonAsync(Sign(claims, Rsa, "RS256")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_nonce_is_refused_after_a_sign_in_but_not_after_a_refresh()
    {
        Dictionary<string, object> claims = Claims();
        claims.Remove("nonce");
        string token = Sign(claims, Rsa, "RS256");

        Assert.Contains("lacks the nonce", await ReasonAsync(token), StringComparison.Ordinal);
        Assert.NotNull(await ValidateAsync(token, nonce: null));
    }

    [Fact]
    public async Task A_right_at_hash_is_accepted()
    {
        Dictionary<string, object> claims = Claims();
        byte[] hash = SHA256.HashData(Encoding.ASCII.GetBytes(AccessToken));
        claims["at_hash"] = Base64UrlEncoder.Encode(hash, 0, 16);

        Assert.NotNull(await ValidateAsync(Sign(claims, Rsa, "RS256")));
    }

    [Fact]
    public async Task An_expired_token_is_refused_beyond_two_minutes_of_skew()
    {
        string token = Sign(Claims(), Rsa, "RS256");
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.NotNull(await ValidateAsync(token));

        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Contains("expired", await ReasonAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_expiry_is_refused()
    {
        Dictionary<string, object> claims = Claims();
        claims.Remove("exp");

        Assert.Contains("exp", await ReasonAsync(Sign(claims, Rsa, "RS256")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_read_again_once_when_none_fits()
    {
        var keys = new JsonWebKeySource(_http, false);
        var validator = new IdTokenValidator(keys, _time);
        await validator.ValidateAsync(Sign(Claims(), Rsa, "RS256"), Configuration(), Client, Nonce, null, Cancellation);
        using RSA rotated = RSA.Create(2048);
        var newKey = new RsaSecurityKey(rotated) { KeyId = "rsa-2" };
        _published.Clear();
        _published.Add(newKey);

        Assert.NotNull(await validator.ValidateAsync(Sign(Claims(), newKey, "RS256"), Configuration(), Client, Nonce, null, Cancellation));
        Assert.Equal(2, _server.Requests.Count(request => request == "GET /jwks"));
    }

    [Fact]
    public async Task Garbage_is_not_a_token() => Assert.Contains("not a signed JSON Web Token", await ReasonAsync("not.a.token-at-all"), StringComparison.Ordinal);

    [Fact]
    public async Task Without_an_issuer_nothing_can_be_checked_and_nothing_is_believed()
    {
        var silent = new SmartConfiguration { Aud = "https://ehr.example/fhir", Source = SmartConfigurationSource.CapabilityStatement, TokenEndpoint = new Uri("https://ehr.example/token") };

        Assert.Null(await ValidateAsync(Sign(Claims(), Rsa, "RS256"), silent));
    }
}
