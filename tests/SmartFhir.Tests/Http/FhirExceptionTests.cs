using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

/// <summary>What a person reads when a FHIR server says no.</summary>
public sealed class FhirExceptionTests
{
    [Fact]
    public async Task An_OperationOutcome_becomes_the_message_with_severity_code_text_and_expression()
    {
        FhirException error = await FailAsync(422, "application/fhir+json", """
            {"resourceType":"OperationOutcome","issue":[
              {"severity":"error","code":"invalid","details":{"text":"Unknown gender"},"diagnostics":"line 1","expression":["Patient.gender"]},
              {"severity":"warning","code":"business-rule","details":{"coding":[{"display":"No name"}]},"location":["/f:Patient/f:name"]}]}
            """);
        Assert.Equal(SmartErrorCode.FhirUnprocessable, error.Code);
        Assert.Equal(
            "HTTP 422 Unprocessable Entity: error invalid: Unknown gender - line 1 (Patient.gender); warning business-rule: No name (/f:Patient/f:name)",
            error.Message);
        Assert.Equal(2, error.Issues.Count);
        Assert.Equal("Patient.gender", Assert.Single(error.Issues[0].Expression));
    }

    [Fact]
    public async Task Diagnostics_cannot_steer_the_terminal_or_flood_it()
    {
        string issues = string.Join(',', Enumerable.Repeat($$"""{"severity":"error","code":"exception","diagnostics":"\u001b[2J{{new string('x', 5000)}}"}""", 50));
        FhirException error = await FailAsync(500, "application/json", $$"""{"resourceType":"OperationOutcome","issue":[{{issues}}]}""");
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Contains("and 40 more", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 10_000);
        Assert.Equal(50, error.Issues.Count);
    }

    [Theory]
    [InlineData("text/html", "<html><head><title>t</title><style>p{}</style></head><body><h1>Bad &amp; gone</h1><script>x()</script> Ask ops.</body></html>", ": Bad & gone Ask ops.")]
    [InlineData("text/plain", "upstream\r\n timed out", ": upstream timed out")]
    [InlineData("application/json", """{"message":"no"}""", """: {"message":"no"}""")]
    [InlineData("application/fhir+json", "", "")]
    [InlineData("application/fhir+json", """{"resourceType":"OperationOutcome"}""", """: {"resourceType":"OperationOutcome"}""")]
    public async Task A_body_that_is_not_an_OperationOutcome_is_told_as_text(string type, string body, string said)
    {
        FhirException error = await FailAsync(502, type, body);
        Assert.Equal("HTTP 502 Bad Gateway" + said, error.Message);
        Assert.Empty(error.Issues);
    }

    [Theory]
    [InlineData(400, SmartErrorCode.FhirBadRequest)]
    [InlineData(403, SmartErrorCode.FhirForbidden)]
    [InlineData(404, SmartErrorCode.FhirNotFound)]
    [InlineData(405, SmartErrorCode.FhirNotSupported)]
    [InlineData(406, SmartErrorCode.FhirNotAcceptable)]
    [InlineData(409, SmartErrorCode.FhirConflict)]
    [InlineData(410, SmartErrorCode.FhirGone)]
    [InlineData(412, SmartErrorCode.FhirPreconditionFailed)]
    [InlineData(415, SmartErrorCode.FhirNotAcceptable)]
    [InlineData(418, SmartErrorCode.FhirError)]
    [InlineData(429, SmartErrorCode.FhirThrottled)]
    [InlineData(501, SmartErrorCode.FhirNotSupported)]
    [InlineData(503, SmartErrorCode.FhirServerError)]
    public async Task Each_status_has_its_own_error_code(int status, SmartErrorCode code)
    {
        FhirException error = await FailAsync(status, null, "");
        Assert.Equal(code, error.Code);
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.StartsWith($"HTTP {status}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_scope_is_named_in_the_remedy()
    {
        FhirException error = await FailAsync(403, null, "", ("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"patient/Observation.rs\""));
        Assert.Contains("'patient/Observation.rs'", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_body_is_silent_the_challenge_is_heard()
    {
        FhirException error = await FailAsync(403, null, "", ("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"wrong audience\""));
        Assert.EndsWith(": wrong audience", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_id_is_part_of_the_message()
    {
        FhirException error = await FailAsync(500, null, "", ("X-Request-Id", "r-17"));
        Assert.EndsWith("[request id r-17]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_is_read_and_said()
    {
        FhirException error = await FailAsync(429, null, "", ("Retry-After", "120"));
        Assert.Equal(TimeSpan.FromMinutes(2), error.RetryAfter);
        Assert.Contains("120 seconds", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "90", 90.0)]
    [InlineData("Retry-After", "0", 0.0)]
    [InlineData("Retry-After", "Tue, 24 Nov 2026 12:00:30 GMT", 30.0)]
    [InlineData("Retry-After", "Tue, 24 Nov 2026 11:00:00 GMT", 0.0)]
    [InlineData("Retry-After", "1795521645", 45.0)]
    [InlineData("x-ms-retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("Retry-After", "-5", null)]
    [InlineData("x-ms-retry-after-ms", "1e300", 31536000.0)]
    [InlineData("Retry-After", "999999999999999999", 31536000.0)]
    public void Every_form_of_retry_after_is_understood(string name, string value, double? seconds)
    {
        var response = new FhirResponse
        {
            RequestUri = new Uri("https://ehr.example/fhir/Patient"),
            StatusCode = HttpStatusCode.TooManyRequests,
            Headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase) { [name] = [value] },
            Body = default,
            Elapsed = TimeSpan.Zero,
        };
        var now = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);
        Assert.Equal(seconds, RetryAfter.Read(response, now)?.TotalSeconds);
    }

    private static async Task<FhirException> FailAsync(int status, string? type, string body, params (string Name, string Value)[] headers)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            foreach ((string name, string value) in headers)
            {
                context.Response.Headers[name] = value;
            }

            return context.Response.WriteAsync(body);
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        return await Assert.ThrowsAsync<FhirException>(() => fhir.GetAsync("Patient/1"));
    }
}
