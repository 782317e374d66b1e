using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

public sealed class FhirRequestTests
{
    private static readonly Uri Base = new("https://ehr.example/fhir/R4/");

    [Theory]
    [InlineData("Patient/123", "https://ehr.example/fhir/R4/Patient/123")]
    [InlineData("/Patient/123", "https://ehr.example/fhir/R4/Patient/123")]
    [InlineData("Patient?name=x", "https://ehr.example/fhir/R4/Patient?name=x")]
    [InlineData("Patient/1/$everything", "https://ehr.example/fhir/R4/Patient/1/$everything")]
    [InlineData("$export?_type=Patient", "https://ehr.example/fhir/R4/$export?_type=Patient")]
    [InlineData("Patient/1/_history/2", "https://ehr.example/fhir/R4/Patient/1/_history/2")]
    [InlineData("", "https://ehr.example/fhir/R4")]
    [InlineData("?_type=Patient", "https://ehr.example/fhir/R4?_type=Patient")]
    [InlineData("//evil.example/x", "https://ehr.example/fhir/R4/evil.example/x")]
    [InlineData("Observation?code=http://loinc.org|8867-4", "https://ehr.example/fhir/R4/Observation?code=http://loinc.org%7C8867-4")]
    [InlineData("Patient?name=José", "https://ehr.example/fhir/R4/Patient?name=Jos%C3%A9")]
    [InlineData("ValueSet?url=http://x/y#z", "https://ehr.example/fhir/R4/ValueSet?url=http://x/y%23z")]
    [InlineData("https://other.example/Patient/1", "https://other.example/Patient/1")]
    public void A_path_becomes_a_url_below_the_base(string path, string url) =>
        Assert.Equal(url, new FhirRequest { Path = path }.BuildUri(Base).AbsoluteUri);

    [Fact]
    public void Query_values_are_encoded_and_repeat_in_order()
    {
        var request = new FhirRequest
        {
            Path = "Patient?active=true",
            Query = [new("name", "Ann & Bob+1"), new("identifier", "urn:x|a,b"), new("date", "ge2020"), new("date", "lt2021"), new("name:exact", "Müller=#?")],
        };
        Assert.Equal(
            "?active=true&name=Ann%20%26%20Bob%2B1&identifier=urn%3Ax%7Ca%2Cb&date=ge2020&date=lt2021&name%3Aexact=M%C3%BCller%3D%23%3F",
            request.BuildUri(Base).Query);
    }

    [Theory]
    [InlineData("../admin")]
    [InlineData("Patient/../../admin")]
    [InlineData("Patient/%2e%2e/%2E%2E/admin")]
    [InlineData("Patient\\..\\..\\admin")]
    [InlineData("Patient/..%2f..%2fadmin")]
    [InlineData("Patient/1\r\nX: y")]
    public void A_path_that_leaves_the_base_is_refused(string path)
    {
        SmartException error = Assert.Throws<SmartException>(() => new FhirRequest { Path = path }.BuildUri(Base));
        Assert.Equal(SmartErrorCode.InvalidArgument, error.Code);
    }
}
