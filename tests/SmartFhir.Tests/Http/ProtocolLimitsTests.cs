using Duende.IdentityModel.Client;
using Microsoft.AspNetCore.Http;
using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

/// <summary>No request of the protocol waits or reads without an end, not even one that a library sends.</summary>
public sealed class ProtocolLimitsTests
{
    private static readonly SmartHttpOptions Hasty = new() { Timeout = TimeSpan.FromMilliseconds(300), MaximumProtocolBytes = 100_000 };

    [Fact]
    public async Task A_token_endpoint_that_never_answers_is_a_Timeout_also_through_the_oauth_library()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using HttpClient http = SmartHttp.CreateClient(Hasty);
        using var request = new RefreshTokenRequest { Address = server.Origin + "/token", RefreshToken = "r", ClientId = "c" };
        TokenResponse answer = await http.RequestRefreshTokenAsync(request);
        Assert.Equal(SmartErrorCode.Timeout, Assert.IsType<SmartException>(answer.Exception).Code);
    }

    [Fact]
    public async Task A_body_that_trickles_without_an_end_is_a_Timeout()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using HttpClient http = SmartHttp.CreateClient(Hasty);
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => http.GetAsync(new Uri(server.Origin), CancellationToken.None));
        Assert.Equal(SmartErrorCode.Timeout, error.Code);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_not_read_to_its_end()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string('x', 10_000), context.RequestAborted);
            }
        });
        using HttpClient http = SmartHttp.CreateClient(Hasty with { Timeout = TimeSpan.FromSeconds(60) });
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => http.GetAsync(new Uri(server.Origin), CancellationToken.None));
        Assert.Equal(SmartErrorCode.ResponseTooLarge, error.Code);
        Assert.Contains("100,000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_and_body_of_an_answer_within_the_limits_arrive_unchanged()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.Headers.ContentLanguage = "en";
            return context.Response.WriteAsync("{\"a\":1}");
        });
        using HttpClient http = SmartHttp.CreateClient(Hasty with { Timeout = TimeSpan.FromSeconds(60) });
        using HttpResponseMessage answer = await http.GetAsync(new Uri(server.Origin), CancellationToken.None);
        Assert.Equal("{\"a\":1}", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(["en"], answer.Content.Headers.ContentLanguage);
    }

    [Fact]
    public async Task A_fhir_request_may_take_longer_and_be_larger_than_the_protocol_allows()
    {
        string patient = $$"""{"resourceType":"Patient","id":"{{new string('x', 200_000)}}"}""";
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(700), context.RequestAborted);
            await context.Response.WriteAsync(patient);
        });
        using HttpClient http = SmartHttp.CreateClient(Hasty);
        var client = new FhirHttpClient(http, new RotatingTokens("t"), new FhirClientOptions { FhirBase = new Uri(server.Origin), Timeout = TimeSpan.FromSeconds(60) });
        FhirResponse response = await client.SendAsync(new FhirRequest { Path = "Patient/1" }, CancellationToken.None);
        Assert.Equal(patient.Length, response.Body.Length);
    }
}
