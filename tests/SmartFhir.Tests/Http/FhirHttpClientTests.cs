using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

public sealed class FhirHttpClientTests
{
    private const string Patient = """{"resourceType":"Patient","id":"1"}""";

    [Fact]
    public async Task A_read_sends_the_bearer_token_and_asks_for_fhir_json()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Headers.ETag = "W/\"2\"";
            context.Response.Headers["X-Request-Id"] = "abc";
            return context.Response.WriteAsync(Patient);
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        FhirResponse response = await fhir.GetAsync("Patient/1");
        Assert.Equal(Patient, Encoding.UTF8.GetString(response.Body.Span));
        Assert.Equal("W/\"2\"", response.ETag);
        Assert.Equal("abc", response.RequestId);
        SeenRequest seen = Assert.Single(server.Requests);
        Assert.Equal("/fhir/Patient/1", seen.PathAndQuery);
        Assert.Equal("Bearer first-token", seen.Header("Authorization"));
        Assert.StartsWith("application/fhir+json", seen.Header("Accept"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_401_renews_the_token_once_and_the_request_succeeds()
    {
        await using LoopbackServer server = await StartWithTokenAsync("second-token");
        var tokens = new RotatingTokens("first-token", "second-token");
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", tokens);
        FhirResponse response = await fhir.GetAsync("Patient/1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, tokens.Renewals);
        Assert.Equal(["Bearer first-token", "Bearer second-token"], server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task A_401_that_a_renewed_token_does_not_cure_is_FhirUnauthorized()
    {
        await using LoopbackServer server = await StartWithTokenAsync("never");
        var tokens = new RotatingTokens("first-token", "second-token", "third-token");
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", tokens);
        FhirException error = await Assert.ThrowsAsync<FhirException>(() => fhir.GetAsync("Patient/1"));
        Assert.Equal(SmartErrorCode.FhirUnauthorized, error.Code);
        Assert.Equal(1, tokens.Renewals);
        Assert.Equal(2, server.Requests.Count);
        Assert.DoesNotContain("token\":", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("second-token", error.ToString() + string.Join('\n', fhir.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_server_is_read_without_a_token()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Patient);
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", new RotatingTokens());
        await fhir.GetAsync("Patient/1");
        Assert.Null(Assert.Single(server.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task An_absolute_url_of_another_origin_is_refused_before_anything_is_sent()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Patient);
        await using LoopbackServer other = await LoopbackServer.ServingAsync(_ => Patient);
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => fhir.GetAsync(other.Origin + "/fhir/Patient/1"));
        Assert.Equal(SmartErrorCode.ForeignOrigin, error.Code);
        Assert.Contains("-AllowOrigin", error.Remedy, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task An_allowed_origin_receives_the_token()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Patient);
        await using LoopbackServer other = await LoopbackServer.ServingAsync(_ => Patient);
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", with: options => options with { AllowedOrigins = [new Uri(other.Origin)] });
        await fhir.GetAsync(other.Origin + "/fhir/Patient/1");
        Assert.Equal("Bearer first-token", Assert.Single(other.Requests).Header("Authorization"));
    }

    [Fact]
    public void An_origin_that_would_receive_the_token_over_plain_http_cannot_be_allowed()
    {
        SmartException error = Assert.Throws<SmartException>(() => new FhirClientFixture(
            "https://ehr.example/fhir", with: options => options with { AllowedOrigins = [new Uri("http://files.example")] }));
        Assert.Equal(SmartErrorCode.InsecureHttp, error.Code);
    }

    [Fact]
    public async Task A_redirect_within_the_origin_keeps_the_token_and_one_to_another_server_loses_it_and_all_headers()
    {
        await using LoopbackServer other = await LoopbackServer.ServingAsync(_ => Patient);
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = context.Request.Path == "/fhir/Patient/1" ? "/fhir/Patient/2" : other.Origin + "/signed?signature=x";
            return Task.CompletedTask;
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        FhirResponse response = await fhir.Client.SendAsync(new FhirRequest { Path = "Patient/1", Headers = [new("X-Api-Key", "key")] }, CancellationToken.None);
        Assert.Equal(other.Origin + "/signed?signature=x", response.RequestUri.AbsoluteUri);
        Assert.All(server.Requests, request => Assert.Equal(("Bearer first-token", "key"), (request.Header("Authorization"), request.Header("X-Api-Key"))));
        SeenRequest foreign = Assert.Single(other.Requests);
        Assert.Null(foreign.Header("Authorization"));
        Assert.Null(foreign.Header("X-Api-Key"));
        Assert.DoesNotContain(fhir.Log, line => line.Contains("signature=x", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_401_of_another_server_behind_a_redirect_does_not_spend_a_renewal()
    {
        await using LoopbackServer other = await StartWithTokenAsync("never");
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect(other.Origin + "/x");
            return Task.CompletedTask;
        });
        var tokens = new RotatingTokens("first-token", "second-token");
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", tokens);
        await Assert.ThrowsAsync<FhirException>(() => fhir.GetAsync("Patient/1"));
        Assert.Equal(0, tokens.Renewals);
    }

    [Fact]
    public async Task A_redirect_to_plain_http_elsewhere_is_refused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect("http://files.example/x?signature=secret");
            return Task.CompletedTask;
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => fhir.GetAsync("Patient/1"));
        Assert.Equal(SmartErrorCode.ForeignOrigin, error.Code);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_was_sent_is_not_sent_on_by_a_redirect()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 308;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        var request = new FhirRequest { Method = HttpMethod.Post, Path = "Patient", Body = Encoding.UTF8.GetBytes(Patient) };
        await Assert.ThrowsAsync<FhirException>(() => fhir.Client.SendAsync(request, CancellationToken.None));
        Assert.Equal("application/fhir+json; charset=utf-8", Assert.Single(server.Requests).Header("Content-Type"));
    }

    [Fact]
    public async Task The_authorization_header_is_the_sessions_to_set()
    {
        using var fhir = new FhirClientFixture("https://ehr.example/fhir");
        var request = new FhirRequest { Path = "Patient/1", Headers = [new("authorization", "Bearer mine")] };
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => fhir.Client.SendAsync(request, CancellationToken.None));
        Assert.Equal(SmartErrorCode.InvalidArgument, error.Code);
        Assert.DoesNotContain("mine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_accept_header_replaces_the_clients()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Patient);
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        await fhir.Client.SendAsync(new FhirRequest { Path = "Patient/1", Headers = [new("Accept", "application/pdf")] }, CancellationToken.None);
        Assert.Equal("application/pdf", Assert.Single(server.Requests).Header("Accept"));
    }

    [Fact]
    public async Task A_compressed_body_is_read_and_held_to_the_limit_after_decompression()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            Assert.Contains("gzip", context.Request.Headers.AcceptEncoding.ToString(), StringComparison.Ordinal);
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(context.Request.Path == "/fhir/Patient/1" ? Patient : new string(' ', 5_000_000)));
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", with: options => options with { MaximumBodyBytes = 1024 * 1024 });
        Assert.Equal(Patient, Encoding.UTF8.GetString((await fhir.GetAsync("Patient/1")).Body.Span));
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => fhir.GetAsync("Patient/2"));
        Assert.Equal(SmartErrorCode.ResponseTooLarge, error.Code);
    }

    [Fact]
    public async Task A_byte_order_mark_is_taken_off_json_and_left_on_other_content()
    {
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Patient)];
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = context.Request.Path == "/fhir/Patient/1" ? "application/fhir+json" : "text/plain";
            await context.Response.Body.WriteAsync(marked);
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        Assert.Equal(Patient, Encoding.UTF8.GetString((await fhir.GetAsync("Patient/1")).Body.Span));
        Assert.Equal(marked, (await fhir.GetAsync("Binary/1")).Body.ToArray());
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_Timeout_and_one_that_breaks_off_a_ConnectionFailed()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            if (context.Request.Path == "/fhir/slow")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            context.Abort();
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir", with: options => options with { Timeout = TimeSpan.FromMilliseconds(400) });
        Assert.Equal(SmartErrorCode.Timeout, (await Assert.ThrowsAsync<SmartException>(() => fhir.GetAsync("slow"))).Code);
        Assert.Equal(SmartErrorCode.ConnectionFailed, (await Assert.ThrowsAsync<SmartException>(() => fhir.GetAsync("broken"))).Code);
    }

    [Fact]
    public async Task The_log_shows_path_and_parameter_names_but_neither_values_nor_the_token()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(_ => Patient);
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        await fhir.GetAsync("Patient?name=Smith&birthdate=1970-01-01");
        string line = Assert.Single(fhir.Log);
        Assert.Contains($"GET {server.Origin}/fhir/Patient?name=…&birthdate=… - 200", line, StringComparison.Ordinal);
        Assert.Contains($"{Patient.Length} bytes", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Smith", line, StringComparison.Ordinal);
        Assert.DoesNotContain("first-token", line, StringComparison.Ordinal);
    }

    private static Task<LoopbackServer> StartWithTokenAsync(string token) => LoopbackServer.StartAsync(context =>
    {
        context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer " + token ? 200 : 401;
        return context.Response.WriteAsync(context.Response.StatusCode == 200 ? Patient : "");
    });
}
