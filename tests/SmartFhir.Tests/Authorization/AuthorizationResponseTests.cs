using SmartFhir.Authorization;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

public sealed class AuthorizationResponseTests
{
    private const string Issuer = "https://ehr.example";

    private static readonly Uri Redirect = new("http://127.0.0.1:8400/callback");

    [Fact]
    public void An_answer_with_the_state_gives_its_code()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);

        Assert.Equal("a b+c", AuthorizationResponse.Parse($"?code=a+b%2Bc&state={request.State}").RequireCode(request));
    }

    [Theory]
    [InlineData("code=1")]
    [InlineData("code=1&state=")]
    [InlineData("code=1&state=something-else")]
    [InlineData("error=access_denied&state=something-else")]
    public void An_answer_with_another_state_is_refused_before_anything_in_it_is_believed(string query)
    {
        SmartException exception = Assert.Throws<SmartException>(() => AuthorizationResponse.Parse(query).RequireCode(TestConfigurations.Request(Redirect)));

        Assert.Equal(SmartErrorCode.AuthorizationResponseInvalid, exception.Code);
    }

    [Fact]
    public void A_parameter_that_stands_twice_is_refused() =>
        Assert.Equal(SmartErrorCode.AuthorizationResponseInvalid, Assert.Throws<SmartException>(() => AuthorizationResponse.Parse("code=1&code=2&state=3")).Code);

    [Fact]
    public void The_right_issuer_is_accepted()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect, TestConfigurations.Create(Issuer, announcesIss: true));

        Assert.Equal("1", AuthorizationResponse.Parse($"code=1&state={request.State}&iss={Uri.EscapeDataString(Issuer)}").RequireCode(request));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://ehr.example/")]
    [InlineData("HTTPS://EHR.EXAMPLE")]
    public void Another_issuer_is_refused_and_both_are_named(string issuer)
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect, TestConfigurations.Create(Issuer));

        SmartException exception = Assert.Throws<SmartException>(
            () => AuthorizationResponse.Parse($"code=1&state={request.State}&iss={Uri.EscapeDataString(issuer)}").RequireCode(request));

        Assert.Equal(SmartErrorCode.AuthorizationResponseInvalid, exception.Code);
        Assert.Contains($"'{issuer}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Issuer}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_issuer_is_refused_where_it_was_announced()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect, TestConfigurations.Create(Issuer, announcesIss: true));

        Assert.Equal(
            SmartErrorCode.AuthorizationResponseInvalid,
            Assert.Throws<SmartException>(() => AuthorizationResponse.Parse($"code=1&state={request.State}").RequireCode(request)).Code);
    }

    [Theory]
    [InlineData("access_denied", "The user denied", SmartErrorCode.AccessDenied)]
    [InlineData("invalid_scope", "nope", SmartErrorCode.ScopeInvalid)]
    [InlineData("unauthorized_client", null, SmartErrorCode.ClientUnauthorized)]
    [InlineData("invalid_request", "Invalid redirect_uri", SmartErrorCode.RedirectUriInvalid)]
    [InlineData("invalid_request", "Bad audience value", SmartErrorCode.AudienceInvalid)]
    [InlineData("invalid_request", "The 'aud' parameter is wrong", SmartErrorCode.AudienceInvalid)]
    [InlineData("invalid_request", "code_challenge missing", SmartErrorCode.PkceMismatch)]
    [InlineData("server_error", null, SmartErrorCode.AuthorizationError)]
    [InlineData("something_new", "with words", SmartErrorCode.AuthorizationError)]
    public void An_error_of_the_server_gets_its_own_code_its_words_and_a_remedy(string error, string? description, SmartErrorCode expected)
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);
        string query = $"error={error}&state={request.State}" + (description is null ? "" : $"&error_description={Uri.EscapeDataString(description)}");

        OAuthException exception = Assert.Throws<OAuthException>(() => AuthorizationResponse.Parse(query).RequireCode(request));

        Assert.Equal(expected, exception.Code);
        Assert.Equal(error, exception.Error);
        Assert.Contains(description ?? error, exception.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(exception.Remedy));
    }

    [Fact]
    public void A_redirect_error_names_the_exact_address_to_register()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);

        OAuthException exception = Assert.Throws<OAuthException>(() => AuthorizationResponse.Parse($"error=invalid_request&error_description=redirect_uri+mismatch&state={request.State}").RequireCode(request));

        Assert.Contains("http://127.0.0.1:8400/callback", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_and_long_texts_of_a_server_do_not_reach_the_terminal()
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);
        string nasty = Uri.EscapeDataString("\u001b[31mred\r\nInjected: line " + new string('x', 5000));

        OAuthException exception = Assert.Throws<OAuthException>(() => AuthorizationResponse.Parse($"error=server_error&error_description={nasty}&state={request.State}").RequireCode(request));

        Assert.DoesNotContain(exception.Message, character => char.IsControl(character));
        Assert.True(exception.Message.Length < 1500);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8400/callback?code=1&state={0}")]
    [InlineData("  \"http://127.0.0.1:8400/callback?code=1&state={0}\"\r\n")]
    [InlineData("code=1&state={0}")]
    [InlineData("http://127.0.0.1:8400/callback?code=1&state={0}#_=_")]
    [InlineData("https://app.example/callback?code=1\n&state={0}")]
    public void A_pasted_address_is_understood_with_quotes_line_breaks_and_fragments(string pasted)
    {
        AuthorizationRequest request = TestConfigurations.Request(Redirect);

        Assert.True(PastedAddress.TryRead(string.Format(System.Globalization.CultureInfo.InvariantCulture, pasted, request.State), request, out AuthorizationResponse? response, out _));
        Assert.Equal("1", response.RequireCode(request));
    }

    [Theory]
    [InlineData("", "Nothing")]
    [InlineData("http://127.0.0.1:8400/callback", "no code")]
    [InlineData("http://127.0.0.1:8400/callback?code=1&state=old", "another sign-in")]
    public void A_pasted_address_that_is_not_the_answer_says_why(string pasted, string expected)
    {
        Assert.False(PastedAddress.TryRead(pasted, TestConfigurations.Request(Redirect), out _, out string problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }
}
