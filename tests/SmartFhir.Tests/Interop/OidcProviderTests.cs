using SmartFhir.Authorization;
using SmartFhir.Authorization.Loopback;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Sessions;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Interop;

/// <summary>The whole sign-in against an authorization server that we did not write: npm oidc-provider, certified by the OpenID Foundation.</summary>
public sealed class OidcProviderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("smartfhir-interop-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<(SmartSession Session, FormBrowser Browser)> SignInAsync(OidcProviderProcess server, string? redirect = null, Action<AuthorizationRequest>? tamper = null)
    {
        HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        SmartConfiguration configuration = await new SmartDiscovery(http).DiscoverAsync(server.FhirBase, Cancellation);
        AuthorizationRequest request = AuthorizationRequest.Create(configuration, new AuthorizationRequestOptions
        {
            ClientId = "public-client",
            RedirectUri = LoopbackAddress.WithFreePort(redirect is null ? LoopbackAddress.ChooseDefault() : new Uri(redirect)),
            Scopes = DefaultScopes.For(configuration),
            Prompt = "consent",
        });
        tamper?.Invoke(request);
        var browser = new FormBrowser(name => name is "login" ? "ada" : name is "password" ? "anything" : null);
        var interaction = new InteractiveAuthorization(browser, new SilentPresenter(), new LoopbackCertificate(_folder, TimeProvider.System), TimeProvider.System, _ => { });
        var signIn = new SignIn(http, configuration, new PublicClient("public-client"), new JsonWebKeySource(http, false), TimeProvider.System, _warnings.Add);
        SmartSession session = await interaction.RunAsync(
            request, new InteractiveOptions { Timeout = TimeSpan.FromSeconds(60) }, (response, token) => signIn.CompleteAsync(request, response, "interop", token), Cancellation);
        return (session, browser);
    }

    [Fact]
    public async Task A_person_signs_in_with_PKCE_and_the_issuer_and_id_token_are_checked()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(3600, Cancellation);

        (SmartSession session, FormBrowser browser) = await SignInAsync(server);

        using (session)
        using (browser)
        {
            Assert.Contains("You are signed in", await browser.LastPage, StringComparison.Ordinal);
            Assert.Equal($"{server.FhirBase}/Practitioner/42", session.FhirUser);
            Assert.Equal("ada", session.IdTokenClaims!["sub"]);
            Assert.Equal(["openid", "fhirUser", "launch/patient", "patient/*.rs", "offline_access"], session.Scope);
            Assert.True(session.CanRefresh);
            Assert.InRange(session.ExpiresOn!.Value, DateTimeOffset.UtcNow.AddMinutes(55), DateTimeOffset.UtcNow.AddMinutes(61));
            Assert.Empty(_warnings);
        }
    }

    [Fact]
    public async Task Refresh_tokens_rotate_and_each_is_used_once()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(3600, Cancellation);
        (SmartSession session, FormBrowser browser) = await SignInAsync(server);
        using (session)
        using (browser)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal) { session.Current.RefreshToken! };
            for (int round = 0; round < 3; round++)
            {
                string refused = session.Current.AccessToken;

                // Twenty callers whose request was refused at once: one refresh, or the server would call it a replay and revoke the grant.
                TokenSet[] tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.GetTokenAsync(refused, Cancellation)));

                Assert.All(tokens, token => Assert.NotEqual(refused, token.AccessToken));
                Assert.Single(tokens.Select(token => token.AccessToken).Distinct(StringComparer.Ordinal));
                Assert.True(seen.Add(session.Current.RefreshToken!), "the refresh token was not rotated");
            }
        }
    }

    [Fact]
    public async Task A_token_that_is_about_to_end_is_renewed_before_it_is_used()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(30, Cancellation);
        (SmartSession session, FormBrowser browser) = await SignInAsync(server);
        using (session)
        using (browser)
        {
            string first = session.Current.AccessToken;

            Assert.NotEqual(first, (await session.GetTokenAsync(null, Cancellation)).AccessToken);
        }
    }

    [Fact]
    public async Task A_revoked_session_cannot_be_renewed_and_says_what_to_do()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(3600, Cancellation);
        (SmartSession session, FormBrowser browser) = await SignInAsync(server);
        using (session)
        using (browser)
        {
            Assert.All(await session.RevokeAsync(Cancellation), revocation => Assert.True(revocation.Revoked));

            SmartException exception = await Assert.ThrowsAnyAsync<SmartException>(() => session.GetTokenAsync(session.Current.AccessToken, Cancellation));

            Assert.Equal(SmartErrorCode.TokenExpired, exception.Code);
            Assert.Contains("Connect-SmartFhir", exception.Remedy, StringComparison.Ordinal);
            Assert.DoesNotContain(session.Current.RefreshToken!, exception.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_code_with_the_verifier_of_another_request_is_refused_and_the_browser_says_so()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(3600, Cancellation);

        SmartException exception = await Assert.ThrowsAnyAsync<SmartException>(() => SignInAsync(server, tamper: ReplaceVerifier));

        Assert.True(exception.Code is SmartErrorCode.GrantInvalid or SmartErrorCode.PkceMismatch, exception.ToString());
    }

    /// <summary>The authorization request has been built with the challenge of another verifier: nothing in the product can do that.</summary>
    private static void ReplaceVerifier(AuthorizationRequest request) =>
        typeof(AuthorizationRequest).GetField("<CodeVerifier>k__BackingField", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!
            .SetValue(request, new string('v', 64));

    [Fact]
    public async Task An_unregistered_redirect_address_never_comes_back_and_the_time_out_names_it()
    {
        using OidcProviderProcess server = await OidcProviderProcess.StartAsync(3600, Cancellation);
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        SmartConfiguration configuration = await new SmartDiscovery(http).DiscoverAsync(server.FhirBase, Cancellation);
        AuthorizationRequest request = AuthorizationRequest.Create(configuration, new AuthorizationRequestOptions
        {
            ClientId = "public-client",
            RedirectUri = LoopbackAddress.WithFreePort(new Uri("http://127.0.0.1:0/not-registered")),
            Scopes = ["openid"],
        });
        using var browser = new FormBrowser(_ => null);
        var interaction = new InteractiveAuthorization(browser, new SilentPresenter(), new LoopbackCertificate(_folder, TimeProvider.System), TimeProvider.System, _ => { });

        SmartException exception = await Assert.ThrowsAsync<SmartException>(() => interaction.RunAsync(
            request, new InteractiveOptions { Timeout = TimeSpan.FromSeconds(3) }, (_, _) => Task.FromResult(0), Cancellation));

        Assert.Equal(SmartErrorCode.SignInTimeout, exception.Code);
        Assert.Contains("/not-registered", exception.Remedy, StringComparison.Ordinal);
        Assert.Contains("redirect_uri", await browser.LastPage, StringComparison.Ordinal);
    }
}
