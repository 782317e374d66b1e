using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>What a person sees of resources, in a bare engine too.</summary>
public sealed class ViewTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public void Dispose() => _runspace.Dispose();

    [Theory]
    [InlineData(
        """{"resourceType":"Patient","id":"1","gender":"male","birthDate":"1970-01-01","name":[{"use":"nickname","given":["Don"]},{"use":"official","family":"Duck","given":["Donald","F."]}],"address":[{"city":"Duckburg","state":"CA"}]}""",
        "Id Name Gender BirthDate", "1 Duck, Donald F. male 1970-01-01")]
    [InlineData("""{"resourceType":"Patient","id":"1","name":[{"use":"usual","text":"Don Duck"}]}""", "Id Name Gender BirthDate", "1 Don Duck")]
    [InlineData(
        """{"resourceType":"Observation","id":"1","status":"final","effectiveDateTime":"2020-01-02","code":{"text":"Weight"},"valueQuantity":{"value":70.10,"unit":"kg"}}""",
        "Date Code Value Status", "2020-01-02 Weight 70.10 kg final")]
    [InlineData(
        """{"resourceType":"Observation","id":"1","status":"final","code":{"coding":[{"display":"BP"}]},"component":[{"valueQuantity":{"value":120,"unit":"mmHg"}},{"valueQuantity":{"value":80,"unit":"mmHg"}}]}""",
        "Date Code Value Status", "BP 120/80 mmHg final")]
    [InlineData(
        """{"resourceType":"Condition","id":"1","onsetDateTime":"2020-01-02","code":{"text":"Flu"},"clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]}}""",
        "Onset Code Clinical", "2020-01-02 Flu active")]
    [InlineData(
        """{"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"AMB"},"type":[{"text":"Visit"}],"period":{"start":"2020-01-02"}}""",
        "Start Class Type Status", "2020-01-02 AMB Visit finished")]
    [InlineData(
        """{"resourceType":"MedicationRequest","id":"1","status":"active","intent":"order","authoredOn":"2020-01-02","medicationCodeableConcept":{"text":"Aspirin"}}""",
        "AuthoredOn Medication", "2020-01-02 Aspirin")]
    [InlineData(
        """{"resourceType":"Bundle","type":"searchset","total":7,"link":[{"relation":"next","url":"x"}],"entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"Patient"}}]}""",
        "Type Total Entries Next", "searchset 7 2 True")]
    [InlineData(
        """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","diagnostics":"No such parameter","expression":["Patient.name"]}]}""",
        "Severity Code", "error invalid No such parameter Patient.name")]
    [InlineData(
        """{"resourceType":"Immunization","id":"1","meta":{"lastUpdated":"2020-01-02T03:04:05Z"},"vaccineCode":{"text":"Flu shot"}}""",
        "ResourceType Id LastUpdated Summary", "Immunization 1 2020-01-02T03:04:05Z Flu shot")]
    public void A_resource_shows_what_it_is_about_in_a_row(string json, string header, string row)
    {
        string[] lines = Lines(_runspace.Show("ConvertFrom-SmartFhirJson $args[0]", json));

        Assert.Contains(header, lines[0], StringComparison.Ordinal);
        Assert.Contains(row, lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient", "name")]
    [InlineData("Patient", "address")]
    [InlineData("Observation", "code")]
    [InlineData("Observation", "component")]
    [InlineData("Observation", "valueQuantity")]
    [InlineData("Condition", "clinicalStatus")]
    [InlineData("Encounter", "period")]
    [InlineData("Encounter", "class")]
    [InlineData("MedicationRequest", "medicationCodeableConcept")]
    [InlineData("Bundle", "entry")]
    [InlineData("Bundle", "link")]
    [InlineData("OperationOutcome", "issue")]
    [InlineData("Basic", "code")]
    [InlineData("Basic", "meta")]
    public void An_element_of_the_wrong_shape_never_stops_the_view(string type, string element)
    {
        foreach (string odd in (string[])["null", "1", "\"x\"", "true", "[]", "{}", "[null]", "[1,\"x\",[[]],{}]", "{\"coding\":1,\"given\":{\"a\":1},\"family\":[2]}", "[{\"coding\":[null,5],\"given\":[null,{}],\"resource\":7,\"expression\":3}]"])
        {
            string text = _runspace.Show("ConvertFrom-SmartFhirJson $args[0]", $"{{\"resourceType\":\"{type}\",\"id\":\"shown\",\"type\":\"shown\",\"issue\":[{{\"code\":\"shown\"}}],\"{element}\":{odd}}}".Replace(element == "issue" ? "\"issue\":[{\"code\":\"shown\"}]," : "\u0000", "", StringComparison.Ordinal));

            Assert.Contains("----", text, StringComparison.Ordinal);
            Assert.DoesNotContain("#ERR", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_issue_of_an_OperationOutcome_is_shown()
    {
        string text = _runspace.Show("""ConvertFrom-SmartFhirJson '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","details":{"text":"First"}},{"severity":"warning","code":"value","diagnostics":"Second"}]}'""");

        Assert.Contains("First", text, StringComparison.Ordinal);
        Assert.Contains("Second", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Showing_a_resource_does_not_change_it() => Assert.Equal(
        """{ "resourceType": "Patient", "id": "1" }""",
        _runspace.Value<string>("""$r = ConvertFrom-SmartFhirJson '{ "resourceType": "Patient", "id": "1" }'; $r | Out-Default; ConvertTo-SmartFhirJson $r"""));

    private static string[] Lines(string text) => [.. text.Split('\n')
        .Where(line => line.Length > 0)
        .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
