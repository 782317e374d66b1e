using System.Net;
using Microsoft.AspNetCore.Http;
using SmartFhir.Authorization;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

/// <summary>Token endpoints as servers really are: lower-case types, numbers as strings, empty and HTML errors, redirects.</summary>
public sealed class TokenClientTests : IDisposable
{
    private const string Secret = "secret-refresh-token";

    private readonly HttpClient _http = SmartHttp.CreateClient(new SmartHttpOptions());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    private async Task<(TokenResponse? Response, SmartException? Error, string Form)> RefreshAsync(int status, string contentType, string body, Action<HttpResponse>? more = null)
    {
        string form = "";
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            form = await reader.ReadToEndAsync();
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            more?.Invoke(context.Response);
            await context.Response.WriteAsync(body);
        });
        var configuration = new SmartConfiguration
        {
            Aud = "https://ehr.example/fhir",
            Source = SmartConfigurationSource.Manual,
            AuthorizationEndpoint = new Uri(server.Address, "authorize"),
            TokenEndpoint = new Uri(server.Address, "token"),
        };
        try
        {
            return (await new TokenClient(_http, configuration, new PublicClient("client-1")).RefreshAsync(Secret, ["patient/*.rs"], Cancellation), null, form);
        }
        catch (SmartException exception)
        {
            Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
            return (null, exception, form);
        }
    }

    [Fact]
    public async Task The_request_is_a_form_with_the_client_id_and_without_a_scope()
    {
        (_, _, string form) = await RefreshAsync(200, "application/json", """{"access_token":"a","token_type":"Bearer"}""");

        Assert.Equal($"grant_type=refresh_token&refresh_token={Secret}&client_id=client-1", string.Join('&', form.Split('&').OrderBy(part => part.StartsWith("client", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_careless_answer_is_understood()
    {
        (TokenResponse? response, _, _) = await RefreshAsync(
            200, "text/html", """{"access_token":"a","token_type":"bearer","expires_in":"570","need_patient_banner":"true","patient":123,"fhirContext":[{"reference":"ImagingStudy/1","role":"launch"}],"x":{"y":[1,2.50,null]}}""");

        Assert.Equal(TimeSpan.FromSeconds(570), response!.ExpiresIn);
        Assert.True(response.NeedPatientBanner);
        Assert.Equal("123", response.Patient);
        Assert.Null(response.Scope);
        Assert.Equal("ImagingStudy/1", ((IReadOnlyDictionary<string, object?>)response.FhirContext[0]!)["reference"]);
        Assert.Equal(2.50m, ((object?[])((IReadOnlyDictionary<string, object?>)response.AdditionalMembers["x"]!)["y"]!)[1]);
        Assert.DoesNotContain("\"a\"", response.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Success_without_a_token_is_a_fault_of_the_server() =>
        Assert.Equal(SmartErrorCode.TokenResponseInvalid, (await RefreshAsync(200, "application/json", """{"token_type":"Bearer"}""")).Error!.Code);

    [Fact]
    public async Task A_dead_refresh_token_says_how_to_sign_in_again()
    {
        SmartException error = (await RefreshAsync(400, "application/json", """{"error":"invalid_grant","error_description":"The token is no longer valid."}""")).Error!;

        Assert.Equal(SmartErrorCode.TokenExpired, error.Code);
        Assert.Contains("Connect-SmartFhir", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client"}""", SmartErrorCode.ClientInvalid)]
    [InlineData(400, """{"error":"unauthorized_client"}""", SmartErrorCode.ClientUnauthorized)]
    [InlineData(400, """{"error":"invalid_scope"}""", SmartErrorCode.ScopeInvalid)]
    [InlineData(400, """{"error":"brand_new","error_uri":"https://ehr.example/help"}""", SmartErrorCode.TokenError)]
    public async Task An_OAuth_error_has_a_code_of_its_own(int status, string body, SmartErrorCode expected)
    {
        var error = Assert.IsType<OAuthException>((await RefreshAsync(status, "application/json", body)).Error);

        Assert.Equal(expected, error.Code);
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.False(string.IsNullOrEmpty(error.Remedy));
    }

    [Theory]
    [InlineData(400, "application/json", "")]
    [InlineData(500, "text/html", "<html><head><title>x</title><style>p{}</style></head><body><h1>Oops</h1><p>Try &amp; again</p></body></html>")]
    [InlineData(200, "text/html", "<html><body>Please log in</body></html>")]
    public async Task An_empty_or_HTML_answer_is_one_readable_error(int status, string contentType, string body)
    {
        SmartException error = (await RefreshAsync(status, contentType, body)).Error!;

        Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<", error.Message, StringComparison.Ordinal);
        Assert.Equal(body.Contains("Oops", StringComparison.Ordinal), error.Message.Contains("Oops Try & again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_of_the_token_endpoint_is_not_followed()
    {
        SmartException error = (await RefreshAsync(307, "text/plain", "", response => response.Headers.Location = "https://evil.example/token")).Error!;

        Assert.Equal(SmartErrorCode.TokenError, error.Code);
        Assert.Contains("redirect", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_the_token_in_its_error_does_not_show_it()
    {
        SmartException error = (await RefreshAsync(400, "application/json", $$"""{"error":"invalid_request","error_description":"Bad token {{Secret}}"}""")).Error!;

        Assert.Contains("Bad token ***", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off() =>
        Assert.Equal(SmartErrorCode.ResponseTooLarge, (await RefreshAsync(200, "application/json", "{\"x\":\"" + new string('x', 11 * 1024 * 1024) + "\"}")).Error!.Code);
}
