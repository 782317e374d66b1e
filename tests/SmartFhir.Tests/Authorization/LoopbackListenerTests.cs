using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SmartFhir.Authorization;
using SmartFhir.Authorization.Loopback;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

/// <summary>The listener as an attacker on the same machine, or in the person's browser, meets it: raw sockets, no client library in between.</summary>
public sealed class LoopbackListenerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("smartfhir-listener-").FullName;
    private readonly AuthorizationRequest _request = TestConfigurations.Request(LoopbackAddress.ChooseDefault());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Redirect => _request.RedirectUri;

    private string Callback(string query) => $"GET /callback?{query} HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n";

    private Task<string> SendAsync(string raw) => SendAsync(Redirect, Encoding.ASCII.GetBytes(raw));

    private static async Task<string> SendAsync(Uri redirect, byte[] raw)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(redirect.Host.Trim('[', ']'), redirect.Port, Cancellation);
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(raw, Cancellation);
        }
        catch (IOException)
        {
            // The listener may answer and close before it has all of a request that is too large.
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        try
        {
            return await reader.ReadToEndAsync(Cancellation);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string StatusOf(string answer) => answer.Split(' ', 3) is [_, { } status, _] ? status : "(none)";

    [Fact]
    public async Task The_answer_is_taken_and_the_browser_is_sent_to_a_page_without_the_code()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        Task<string> browser = SendAsync(Callback($"code=the-code&state={_request.State}"));
        AuthorizationResponse response = await listener.WaitAsync(Cancellation);
        Assert.Equal("the-code", response.RequireCode(_request));

        Task shown = listener.ShowResultAsync(SignInPage.Success("ehr.example"), TimeSpan.FromSeconds(30));
        string redirected = await browser;
        Assert.Equal("303", StatusOf(redirected));
        Assert.Contains("\r\nLocation: /callback\r\n", redirected, StringComparison.Ordinal);

        string page = await SendAsync($"GET /callback HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n");
        Assert.Equal("200", StatusOf(page));
        Assert.Contains("You are signed in", page, StringComparison.Ordinal);
        Assert.Contains("close this window", page, StringComparison.Ordinal);
        await shown;
    }

    [Fact]
    public async Task Pages_are_not_cached_framed_or_scripted_and_leak_no_referrer()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);

        string page = await SendAsync($"GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n");

        Assert.Contains("\r\nCache-Control: no-store\r\n", page, StringComparison.Ordinal);
        Assert.Contains("\r\nReferrer-Policy: no-referrer\r\n", page, StringComparison.Ordinal);
        Assert.Contains("Content-Security-Policy: default-src 'none';", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_state_is_turned_away_and_the_wait_goes_on()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);

        Assert.Equal("400", StatusOf(await SendAsync(Callback("code=evil&state=wrong"))));
        Assert.Equal("400", StatusOf(await SendAsync(Callback("code=evil"))));
        Assert.Equal(2, listener.StrayResponses);

        await AssertStillWorksAsync(listener);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/callback/")]
    [InlineData("/Callback")]
    [InlineData("/callback/../callback")]
    [InlineData("/favicon.ico")]
    [InlineData("//callback")]
    public async Task Another_path_is_not_found_even_with_the_right_state(string path)
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);

        Assert.Equal("404", StatusOf(await SendAsync($"GET {path}?code=x&state={_request.State} HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n")));
        await AssertStillWorksAsync(listener);
    }

    [Fact]
    public async Task A_replayed_answer_is_gone()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        await AssertStillWorksAsync(listener);

        string replay = await SendAsync(Callback($"code=the-code&state={_request.State}"));

        Assert.Equal("410", StatusOf(replay));
        Assert.Contains("Already used", replay, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_connection_is_served_while_the_first_one_idles()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        using var idle = new TcpClient();
        await idle.ConnectAsync(IPAddress.Loopback, Redirect.Port, Cancellation);

        await AssertStillWorksAsync(listener);
    }

    [Fact]
    public async Task A_header_of_one_mebibyte_is_refused()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        byte[] huge = Encoding.ASCII.GetBytes($"GET /callback?code={new string('x', 1024 * 1024)}&state={_request.State} HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n");

        string answer = await SendAsync(Redirect, huge);

        Assert.True(answer.Length == 0 || StatusOf(answer) == "431", $"answered {StatusOf(answer)}");
        await AssertStillWorksAsync(listener);
    }

    [Fact]
    public async Task A_slow_client_is_cut_off()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request, readTimeout: TimeSpan.FromMilliseconds(200));
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, Redirect.Port, Cancellation);
        await slow.GetStream().WriteAsync("GET /callback?code=x"u8.ToArray(), Cancellation);

        // Ends with the connection: the read gives 0 bytes or fails, within the test's own time limit.
        int read;
        try
        {
            read = await slow.GetStream().ReadAsync(new byte[10], Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }
        catch (IOException)
        {
            read = 0;
        }

        Assert.Equal(0, read);
        await AssertStillWorksAsync(listener);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:{port}")]
    [InlineData("localhost:{port}")]
    [InlineData("127.0.0.1:1")]
    [InlineData("")]
    public async Task A_foreign_Host_header_is_misdirected(string host)
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        string header = host.Replace("{port}", Redirect.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        Assert.Equal("421", StatusOf(await SendAsync($"GET /callback?code=x&state={_request.State} HTTP/1.1\r\nHost: {header}\r\n\r\n")));
        await AssertStillWorksAsync(listener);
    }

    [Theory]
    [InlineData("PUT /callback HTTP/1.1\r\nHost: h\r\n\r\n", "405")]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/ HTTP/1.1\r\nHost: h\r\n\r\n", "400")]
    [InlineData("GET /callback HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400")]
    [InlineData("POST /callback HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", "415")]
    [InlineData("POST /callback HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\n", "413")]
    [InlineData("POST /callback HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: -1\r\n\r\n", "415")]
    public async Task Malformed_requests_are_turned_away(string raw, string status)
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);

        Assert.Equal(status, StatusOf(await SendAsync(raw)));
        await AssertStillWorksAsync(listener);
    }

    [Fact]
    public async Task An_answer_by_form_post_is_taken_too()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        string body = $"code=the-code&state={_request.State}";
        Task<string> browser = SendAsync(
            $"POST /callback HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal("the-code", (await listener.WaitAsync(Cancellation)).RequireCode(_request));
        Task shown = listener.ShowResultAsync(SignInPage.Success("x"), TimeSpan.FromMilliseconds(1));
        Assert.Equal("303", StatusOf(await browser));
        await shown;
    }

    [Fact]
    public async Task HTML_in_a_servers_error_is_shown_as_text()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        Task<string> browser = SendAsync(Callback($"error=server_error&error_description={Uri.EscapeDataString("<script>alert(1)</script>")}&state={_request.State}"));
        AuthorizationResponse response = await listener.WaitAsync(Cancellation);
        OAuthException exception = Assert.Throws<OAuthException>(() => response.RequireCode(_request));
        Task shown = listener.ShowResultAsync(SignInPage.Failure(exception.Message), TimeSpan.FromSeconds(30));
        await browser;

        string page = await SendAsync($"GET /callback HTTP/1.1\r\nHost: 127.0.0.1:{Redirect.Port}\r\n\r\n");

        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        await shown;
    }

    [Fact]
    public async Task Nothing_but_loopback_is_listened_on()
    {
        await using LoopbackListener listener = LoopbackListener.Start(_request);
        IPAddress? lan = (await Dns.GetHostAddressesAsync(Dns.GetHostName(), Cancellation))
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        IEnumerable<IPEndPoint> listening = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(point => point.Port == Redirect.Port);

        Assert.All(listening, point => Assert.True(IPAddress.IsLoopback(point.Address), $"listens on {point}"));
        if (lan is not null)
        {
            using var client = new TcpClient();
            await Assert.ThrowsAnyAsync<SocketException>(async () => await client.ConnectAsync(lan, Redirect.Port, Cancellation));
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_the_address()
    {
        await using LoopbackListener first = LoopbackListener.Start(_request);

        SmartException exception = Assert.Throws<SmartException>(() => LoopbackListener.Start(_request));

        Assert.Equal(SmartErrorCode.ListenerFailed, exception.Code);
        Assert.Contains(Redirect.OriginalString, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://[::1]:0/cb")]
    [InlineData("http://localhost:0/some/path")]
    public async Task Other_loopback_names_work_as_registered(string redirect)
    {
        if (!Socket.OSSupportsIPv6 && redirect.Contains("::1", StringComparison.Ordinal))
        {
            Assert.Skip("This machine has no IPv6.");
        }

        AuthorizationRequest request = TestConfigurations.Request(LoopbackAddress.WithFreePort(new Uri(redirect)));
        await using LoopbackListener listener = LoopbackListener.Start(request);
        using var client = new HttpClient();

        Task<HttpResponseMessage> browser = client.GetAsync(new Uri(request.RedirectUri, $"?code=c&state={request.State}"), Cancellation);
        Assert.Equal("c", (await listener.WaitAsync(Cancellation)).RequireCode(request));
        await listener.ShowResultAsync(SignInPage.Success("x"), TimeSpan.FromSeconds(30));
        using HttpResponseMessage page = await browser;
        Assert.Contains("You are signed in", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://127.0.0.1:0/callback")]
    [InlineData("https://localhost:0/")]
    public async Task An_https_redirect_is_served_with_a_certificate_for_that_host(string redirect)
    {
        AuthorizationRequest request = TestConfigurations.Request(LoopbackAddress.WithFreePort(new Uri(redirect)));
        using X509Certificate2 certificate = new LoopbackCertificate(_folder, TimeProvider.System).GetOrCreate(request.RedirectUri);
        await using LoopbackListener listener = LoopbackListener.Start(request, certificate);
        SslPolicyErrors? errors = null;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, found) =>
        {
            errors = found;
            return true;
        };
        using var client = new HttpClient(handler);

        Task<HttpResponseMessage> browser = client.GetAsync(new Uri(request.RedirectUri, $"?code=c&state={request.State}"), Cancellation);
        Assert.Equal("c", (await listener.WaitAsync(Cancellation)).RequireCode(request));
        await listener.ShowResultAsync(SignInPage.Success("x"), TimeSpan.FromSeconds(30));
        using HttpResponseMessage page = await browser;

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(SslPolicyErrors.RemoteCertificateChainErrors, errors);
    }

    [Fact]
    public void The_certificate_is_kept_for_the_user_alone_and_renewed_before_it_ends()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var certificates = new LoopbackCertificate(_folder, time);
        var redirect = new Uri("https://127.0.0.1:4567/");

        using X509Certificate2 first = certificates.GetOrCreate(redirect);
        using X509Certificate2 second = certificates.GetOrCreate(redirect);
        using X509Certificate2 other = certificates.GetOrCreate(new Uri("https://localhost:4567/"));
        time.Advance(TimeSpan.FromDays(360));
        using X509Certificate2 third = certificates.GetOrCreate(redirect);

        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.NotEqual(first.Thumbprint, other.Thumbprint);
        Assert.NotEqual(first.Thumbprint, third.Thumbprint);
        Assert.True(first.GetRSAPublicKey()!.KeySize >= 2048);
        Assert.True(first.MatchesHostname("127.0.0.1"));
        Assert.False(first.MatchesHostname("localhost"));
        Assert.InRange((first.NotAfter - first.NotBefore).TotalDays, 364, 366);
        Assert.False(first.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        if (!OperatingSystem.IsWindows())
        {
            foreach (string file in Directory.GetFiles(_folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void A_damaged_certificate_file_is_replaced()
    {
        File.WriteAllText(Path.Combine(_folder, "localhost.pfx"), "not a certificate");

        using X509Certificate2 certificate = new LoopbackCertificate(_folder, TimeProvider.System).GetOrCreate(new Uri("https://localhost:1/"));

        Assert.True(certificate.HasPrivateKey);
    }

    [Fact]
    public async Task A_long_request_is_posted_by_a_page_that_holds_every_parameter()
    {
        string[] many = [.. Enumerable.Range(0, 120).Select(index => $"patient/Observation.rs?category=some-category-{index}")];
        AuthorizationRequest request = TestConfigurations.Request(LoopbackAddress.ChooseDefault(), TestConfigurations.Create(capabilities: ["authorize-post"]), many);
        await using LoopbackListener listener = LoopbackListener.Start(request);
        using var client = new HttpClient();

        string page = await client.GetStringAsync(listener.StartUri, Cancellation);

        Assert.Equal(request.RedirectUri.Authority, listener.StartUri.Authority);
        Assert.Contains("method=\"post\" action=\"https://ehr.example/authorize\"", page, StringComparison.Ordinal);
        Assert.All(request.Parameters, parameter => Assert.Contains($"name=\"{parameter.Key}\" value=\"{WebUtility.HtmlEncode(parameter.Value)}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_listener_is_closed_after_its_end()
    {
        LoopbackListener listener = LoopbackListener.Start(_request);
        await listener.DisposeAsync();

        using var client = new TcpClient();
        await Assert.ThrowsAnyAsync<SocketException>(async () => await client.ConnectAsync(IPAddress.Loopback, Redirect.Port, Cancellation));
    }

    private async Task AssertStillWorksAsync(LoopbackListener listener)
    {
        Task<string> browser = SendAsync(Callback($"code=the-code&state={_request.State}"));
        Assert.Equal("the-code", (await listener.WaitAsync(Cancellation)).RequireCode(_request));
        await listener.ShowResultAsync(SignInPage.Success("ehr.example"), TimeSpan.FromMilliseconds(1));
        Assert.Equal("303", StatusOf(await browser));
    }
}
