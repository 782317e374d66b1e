using System.Net;
using Microsoft.Extensions.Time.Testing;
using SmartFhir.Authorization;
using SmartFhir.Authorization.Launch;
using SmartFhir.Authorization.Loopback;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

/// <summary>An EHR launch, with an HTTP client as the EHR's browser.</summary>
public sealed class EhrLaunchTests : IDisposable
{
    private const string Iss = "https://ehr.example/fhir";

    private readonly string _folder = Directory.CreateTempSubdirectory("smartfhir-launch-").FullName;
    private readonly HttpClient _browser = new(new HttpClientHandler { AllowAutoRedirect = false });
    private readonly Uri _launchUri = LoopbackAddress.WithFreePort(new Uri("http://127.0.0.1:0/launch"));
    private readonly SilentPresenter _presenter = new();
    private readonly List<string> _log = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static TimeSpan Patience => TimeSpan.FromSeconds(60);

    public void Dispose()
    {
        _browser.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_EHRs_browser_is_sent_to_authorize_with_its_launch_value_and_its_iss_as_aud_and_brings_the_answer_back_on_the_same_port()
    {
        var redirect = new Uri(_launchUri, "/callback");
        Task<string> session = Launch().RunAsync(_launchUri, [Iss], null, Patience, async (launch, listener, cancellationToken) =>
        {
            AuthorizationRequest request = AuthorizationRequest.Create(
                TestConfigurations.Create(aud: launch.Iss), TestConfigurations.Options(redirect, "launch", "patient/*.rs") with { Launch = launch.Launch });
            var interaction = new InteractiveAuthorization(listener, _presenter, Certificates(), TimeProvider.System, _log.Add);
            return await interaction.RunAsync(
                request, new InteractiveOptions { Launch = listener, Timeout = Patience }, (response, _) => Task.FromResult(response.RequireCode(request)), cancellationToken);
        }, Cancellation);

        HttpResponseMessage launched = await _browser.GetAsync(LaunchUrl(Iss, "xyz 123&"), Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, launched.StatusCode);
        Dictionary<string, string> sent = FormParameters.Parse(launched.Headers.Location!.Query, out _);
        Assert.Equal("https://ehr.example/authorize", launched.Headers.Location.GetLeftPart(UriPartial.Path));
        Assert.Equal(("xyz 123&", Iss), (sent["launch"], sent["aud"]));

        HttpResponseMessage called = await _browser.GetAsync($"{redirect}?code=the-code&state={sent["state"]}", Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, called.StatusCode);
        Assert.Contains("You are signed in", await _browser.GetStringAsync(redirect, Cancellation), StringComparison.Ordinal);
        Assert.Equal("the-code", await session);
        Assert.Equal([_launchUri], _presenter.Launches);
        Assert.DoesNotContain(_log, line => line.Contains("xyz", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://ehr.example/fhir/")]
    [InlineData("https://EHR.example/fhir")]
    [InlineData("https://ehr.example:443/fhir")]
    public void A_server_is_known_by_its_URL_whatever_its_case_and_last_slash(string iss) => Assert.True(LaunchRequest.IsAllowed(iss, ["https://other.example/fhir", Iss]));

    [Theory]
    [InlineData("https://ehr.example/fhir2")]
    [InlineData("https://ehr.example/FHIR")]
    [InlineData("https://ehr.example:8443/fhir")]
    [InlineData("http://ehr.example/fhir")]
    [InlineData("https://ehr.example.evil.example/fhir")]
    [InlineData("https://ehr.example@evil.example/fhir")]
    [InlineData("https://user@ehr.example/fhir")]
    [InlineData("https://ehr.example/fhir?x=1")]
    [InlineData("/fhir")]
    [InlineData("javascript:alert(1)")]
    public void Every_other_server_may_not_launch(string iss) => Assert.False(LaunchRequest.IsAllowed(iss, [Iss]));

    [Fact]
    public async Task A_launch_by_a_server_that_is_not_allowed_is_turned_away_and_the_wait_goes_on()
    {
        await using LaunchListener listener = LaunchListener.Start(_launchUri, [Iss], null, _log.Add);
        Task<LaunchRequest> wait = listener.WaitAsync(Cancellation);

        HttpResponseMessage refused = await _browser.GetAsync(LaunchUrl("https://evil.example/fhir", "1"), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.DoesNotContain("evil", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await _browser.GetAsync(_launchUri, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _browser.GetAsync($"{_launchUri}?iss={Iss}&launch=1&launch=2", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.GetAsync(new Uri(_launchUri, "/callback"), Cancellation)).StatusCode);
        Assert.False(wait.IsCompleted);

        Task<HttpResponseMessage> good = _browser.GetAsync(LaunchUrl(Iss, "2"), Cancellation);
        Assert.Equal(new LaunchRequest(Iss, "2"), await wait);
        Assert.Equal(HttpStatusCode.Gone, (await _browser.GetAsync(LaunchUrl(Iss, "3"), Cancellation)).StatusCode);
        Assert.True(listener.TryOpen(new Uri("https://ehr.example/authorize?x=y")));
        Assert.Equal("https://ehr.example/authorize?x=y", (await good).Headers.Location!.AbsoluteUri);
    }

    [Fact]
    public async Task When_the_sign_in_fails_before_it_begins_the_waiting_browser_is_told()
    {
        Task<int> session = Launch().RunAsync<int>(
            _launchUri, [Iss], null, Patience, (_, _, _) => throw new SmartException(SmartErrorCode.DiscoveryNotFound, "Nothing <there>."), Cancellation);
        HttpResponseMessage page = await _browser.GetAsync(LaunchUrl(Iss, "1"), Cancellation);
        Assert.Equal(HttpStatusCode.BadGateway, page.StatusCode);
        Assert.Contains("Nothing &lt;there&gt;.", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(SmartErrorCode.DiscoveryNotFound, (await Assert.ThrowsAsync<SmartException>(() => session)).Code);
    }

    [Fact]
    public async Task A_launch_that_does_not_come_ends_with_the_address_to_register_and_the_server_that_was_turned_away()
    {
        var time = new FakeTimeProvider();
        Task<int> session = new EhrLaunch(_presenter, Certificates(), time, _log.Add).RunAsync(
            _launchUri, [Iss], null, TimeSpan.FromSeconds(2), (_, _, _) => Task.FromResult(1), Cancellation);
        await _browser.GetAsync(LaunchUrl("https://test.ehr.example/fhir", "1"), Cancellation);
        while (!session.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        SmartException error = await Assert.ThrowsAsync<SmartException>(() => session);
        Assert.Equal(SmartErrorCode.SignInTimeout, error.Code);
        Assert.Contains(_launchUri.OriginalString, error.Message, StringComparison.Ordinal);
        Assert.Contains("https://test.ehr.example/fhir", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_launch_URL_that_is_not_on_this_machine_is_refused() =>
        Assert.Equal(SmartErrorCode.InvalidArgument, Assert.Throws<SmartException>(() => LaunchListener.Start(new Uri("https://app.example/launch"), [Iss], null, _log.Add)).Code);

    private EhrLaunch Launch() => new(_presenter, Certificates(), TimeProvider.System, _log.Add);

    private LoopbackCertificate Certificates() => new(_folder, TimeProvider.System);

    private string LaunchUrl(string iss, string launch) => $"{_launchUri}?iss={Uri.EscapeDataString(iss)}&launch={Uri.EscapeDataString(launch)}";
}
