using SmartFhir.Discovery;

namespace SmartFhir.Tests.Discovery;

public sealed class FhirBaseUrlTests
{
    [Theory]
    [InlineData("https://ehr.example/fhir/R4", "https://ehr.example/fhir/R4/")]
    [InlineData("https://ehr.example/fhir/R4/", "https://ehr.example/fhir/R4/")]
    [InlineData("https://ehr.example", "https://ehr.example/")]
    [InlineData("http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/fhir/")]
    [InlineData("http://[::1]:8080/fhir", "http://[::1]:8080/fhir/")]
    [InlineData("http://localhost/fhir", "http://localhost/fhir/")]
    [InlineData("http://ehr.localhost/fhir", "http://ehr.localhost/fhir/")]
    public void A_base_url_becomes_a_folder_with_one_slash(string aud, string folder) =>
        Assert.Equal(folder, FhirBaseUrl.Parse(aud, allowInsecureHttp: false).AbsoluteUri);

    [Theory]
    [InlineData("", "absolute")]
    [InlineData("ehr.example/fhir", "absolute")]
    [InlineData("/fhir", "absolute")]
    [InlineData("ftp://ehr.example/fhir", "absolute")]
    [InlineData("https://ehr.example/fhir ", "a space at position 25")]
    [InlineData(" https://ehr.example/fhir", "a space at position 1")]
    [InlineData("https://ehr.example/fhir\n", "control or invisible")]
    [InlineData("https://ehr.example/fhir\u200b", "control or invisible")]
    [InlineData("https://ehr.example/fhir\u00a0", "control or invisible")]
    [InlineData("https://ehr.example/fhir?x=1", "a query")]
    [InlineData("https://ehr.example/fhir#x", "a fragment")]
    [InlineData("https://ehr.example/fhir/metadata", "leave '/metadata' out")]
    [InlineData("https://ehr.example/fhir/.well-known/smart-configuration", "leave '/.well-known/smart-configuration' out")]
    public void An_unusable_base_url_is_refused_with_the_reason(string aud, string reason)
    {
        SmartException error = Assert.Throws<SmartException>(() => FhirBaseUrl.Parse(aud, allowInsecureHttp: false));
        Assert.Equal(SmartErrorCode.InvalidArgument, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_password_in_the_url_is_refused_and_not_shown()
    {
        SmartException error = Assert.Throws<SmartException>(() => FhirBaseUrl.Parse("https://me:hunter2@ehr.example/fhir", allowInsecureHttp: false));
        Assert.Contains("a user name", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://ehr.example/fhir")]
    [InlineData("http://127.0.0.1.example/fhir")]
    [InlineData("http://localhost.example/fhir")]
    [InlineData("http://10.0.0.1/fhir")]
    public void Http_is_for_loopback_hosts_alone_unless_allowed(string aud)
    {
        SmartException error = Assert.Throws<SmartException>(() => FhirBaseUrl.Parse(aud, allowInsecureHttp: false));
        Assert.Equal(SmartErrorCode.InsecureHttp, error.Code);
        Assert.Equal(aud + "/", FhirBaseUrl.Parse(aud, allowInsecureHttp: true).AbsoluteUri);
    }
}
