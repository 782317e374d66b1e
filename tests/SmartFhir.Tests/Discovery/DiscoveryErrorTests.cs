using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Tests.Http;

namespace SmartFhir.Tests.Discovery;

/// <summary>What a person is told when discovery fails: each of the usual mistakes has its own name, message and remedy.</summary>
public sealed class DiscoveryErrorTests
{
    private const string Minimal = """{"authorization_endpoint":"https://as.example/authorize","token_endpoint":"https://as.example/token"}""";

    [Fact]
    public async Task A_host_that_does_not_exist_is_HostNotFound()
    {
        SmartException error = await FailAsync("https://host.invalid/fhir");
        Assert.Equal(SmartErrorCode.HostNotFound, error.Code);
        Assert.Contains("host.invalid", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_ConnectionRefused()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        SmartException error = await FailAsync($"http://127.0.0.1:{port}/fhir");
        Assert.Equal(SmartErrorCode.ConnectionRefused, error.Code);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", -1, 10, "authority that this computer trusts")]
    [InlineData("127.0.0.1", -20, -10, "expired")]
    [InlineData("other.example", -1, 10, "another name (other.example)")]
    public async Task A_certificate_that_is_refused_is_a_TlsFailure_that_says_why(string name, int fromDays, int untilDays, string reason)
    {
        X509Certificate2 certificate = LoopbackServer.CreateCertificate(name, DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(untilDays));
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(Minimal), certificate);
        SmartException error = await FailAsync(server.Origin + "/fhir");
        Assert.Equal(SmartErrorCode.TlsFailure, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_was_given_is_trusted()
    {
        X509Certificate2 certificate = LoopbackServer.CreateCertificate("127.0.0.1", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(Minimal), certificate);
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions { TrustedRoots = [certificate] });
        SmartConfiguration configuration = await new SmartDiscovery(http).DiscoverAsync(server.Origin + "/fhir", CancellationToken.None);
        Assert.NotNull(configuration.TokenEndpoint);
    }

    [Fact]
    public async Task Https_against_a_server_that_speaks_http_is_a_TlsFailure()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Minimal);
        SmartException error = await FailAsync(server.Origin.Replace("http:", "https:", StringComparison.Ordinal) + "/fhir");
        Assert.Equal(SmartErrorCode.TlsFailure, error.Code);
        Assert.Contains("the TLS handshake failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_not_followed()
    {
        X509Certificate2 certificate = LoopbackServer.CreateCertificate("127.0.0.1", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
        await using LoopbackServer plain = await LoopbackServer.ServingAsync(_ => Minimal);
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            context =>
            {
                context.Response.Redirect(plain.Origin + "/elsewhere");
                return Task.CompletedTask;
            },
            certificate);
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions { TrustedRoots = [certificate] });
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => new SmartDiscovery(http).DiscoverAsync(server.Origin + "/fhir", CancellationToken.None));
        Assert.Equal(SmartErrorCode.DiscoveryFailed, error.Code);
        Assert.Contains("which is not https", error.Message, StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task Nothing_found_anywhere_is_DiscoveryNotFound_and_names_every_url_that_was_tried()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => null);
        SmartException error = await FailAsync(server.Origin + "/fhir");
        Assert.Equal(SmartErrorCode.DiscoveryNotFound, error.Code);
        Assert.Equal(7, server.Requests.Count);
        Assert.All(server.Paths, path => Assert.Contains($"{server.Origin}{path}: HTTP 404", error.Message, StringComparison.Ordinal));
        Assert.Contains("-SkipDiscovery", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_page_instead_of_json_is_DiscoveryNotJson_and_quotes_its_beginning_without_escape_sequences()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>\r\n  <title>Portal\u001b[31m\u202e</title>" + new string('x', 5000));
        });
        SmartException error = await FailAsync(server.Origin + "/fhir");
        Assert.Equal(SmartErrorCode.DiscoveryNotJson, error.Code);
        Assert.Contains("HTTP 200 with text/html", error.Message, StringComparison.Ordinal);
        Assert.Contains("<html> <title>Portal", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, character => char.IsControl(character) || character == '\u202e');
        Assert.True(error.Message.Length < 1500, error.Message);
    }

    [Fact]
    public async Task A_fhir_server_without_smart_is_EndpointMissing()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path =>
            path == "/fhir/metadata" ? """{"resourceType":"CapabilityStatement","rest":[{"mode":"server"}]}""" : null);
        SmartException error = await FailAsync(server.Origin + "/fhir");
        Assert.Equal(SmartErrorCode.EndpointMissing, error.Code);
        Assert.Contains("open", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "closed")]
    [InlineData(500, "later")]
    public async Task An_error_status_on_both_is_DiscoveryFailed_with_a_fitting_remedy(int status, string remedy)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        SmartException error = await FailAsync(server.Origin + "/fhir");
        Assert.Equal(SmartErrorCode.DiscoveryFailed, error.Code);
        Assert.Contains($"HTTP {status}", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_larger_than_the_limit_is_not_read()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(new string(' ', 200_000)));
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions { MaximumProtocolBytes = 100_000 });
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => new SmartDiscovery(http).DiscoverAsync(server.Origin + "/fhir", CancellationToken.None));
        Assert.Equal(SmartErrorCode.ResponseTooLarge, error.Code);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_Timeout()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions { Timeout = TimeSpan.FromMilliseconds(300) });
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => new SmartDiscovery(http).DiscoverAsync(server.Origin + "/fhir", CancellationToken.None));
        Assert.Equal(SmartErrorCode.Timeout, error.Code);
    }

    [Fact]
    public async Task The_callers_cancellation_stays_a_cancellation()
    {
        var arrived = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        using var cancellation = new CancellationTokenSource();
        Task<SmartConfiguration> discovery = new SmartDiscovery(http).DiscoverAsync(server.Origin + "/fhir", cancellation.Token);
        await arrived.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => discovery);
    }

    private static async Task<SmartException> FailAsync(string aud)
    {
        using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        return await Assert.ThrowsAsync<SmartException>(() => new SmartDiscovery(http).DiscoverAsync(aud, CancellationToken.None));
    }
}
