using System.Text;
using System.Text.Json;
using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

public sealed class BundleReaderTests
{
    [Fact]
    public void Entries_are_slices_of_the_page_to_the_byte()
    {
        FhirBundle bundle = Read("""
            {"resourceType":"Bundle","type":"searchset","total":7,
             "link":[{"relation":"self","url":"https://h/fhir/Patient"},{"url":"https://h/fhir?page=2","relation":"next"}],
             "entry":[
               {"fullUrl":"https://h/fhir/Patient/1","resource": { "resourceType":"Patient", "id":"1", "x":1.00 } ,"search":{"mode":"match","score":1}},
               {"search":{"mode":"include"},"resource":{"resourceType":"Organization","name":"}]\""}}]}
            """);
        Assert.Equal("Bundle", bundle.ResourceType);
        Assert.Equal("searchset", bundle.Type);
        Assert.Equal(7, bundle.Total);
        Assert.Equal("https://h/fhir?page=2", bundle.Links["next"]);
        Assert.Equal("""{ "resourceType":"Patient", "id":"1", "x":1.00 }""", Text(bundle.Entries[0].Resource));
        Assert.Equal("https://h/fhir/Patient/1", bundle.Entries[0].FullUrl);
        Assert.Equal("match", bundle.Entries[0].SearchMode);
        Assert.Equal("""{"resourceType":"Organization","name":"}]\""}""", Text(bundle.Entries[1].Resource));
        Assert.Equal("include", bundle.Entries[1].SearchMode);
    }

    [Fact]
    public void Members_may_come_in_any_order_with_escaped_names_and_unknown_ones_between()
    {
        FhirBundle bundle = Read("""
            {"\u0065ntry":[{"x":[{"resource":{"no":1}}],"res\u006furce":{"id":"a"}}],"meta":{"entry":[{"resource":{}}]},"l\u0069nk":[{"relation":"next","url":"a\/b"}],"resourceType":"Bundle"}
            """);
        Assert.Equal("""{"id":"a"}""", Text(Assert.Single(bundle.Entries).Resource));
        Assert.Equal("a/b", bundle.Links["next"]);
        Assert.Equal("Bundle", bundle.ResourceType);
    }

    [Fact]
    public void An_entry_without_a_resource_is_kept_and_its_response_is_a_slice()
    {
        FhirBundle bundle = Read("""{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201","location":"Patient/1/_history/1"}}]}""");
        BundleEntry entry = Assert.Single(bundle.Entries);
        Assert.True(entry.Resource.IsEmpty);
        Assert.Equal("""{"status":"201","location":"Patient/1/_history/1"}""", Text(entry.Response));
    }

    [Fact]
    public void Nulls_and_odd_totals_that_servers_send_lose_nothing()
    {
        FhirBundle bundle = Read("""
            {"resourceType":"Bundle","total":{"type":"wrong"},"link":null,"entry":[{"search":null,"resource":null},{"resource":{"id":"b"}}],"type":"searchset"}
            """);
        Assert.Null(bundle.Total);
        Assert.Empty(bundle.Links);
        Assert.Equal(["", """{"id":"b"}"""], bundle.Entries.Select(entry => Text(entry.Resource)));
        Assert.Equal("searchset", bundle.Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"id":"a"}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"id":"a"}},null,{"resource":{"id":"b"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":{"resource":{}}}""")]
    [InlineData("""{"resourceType":"Bundle"} trailing""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"a":01}}]}""")]
    public void What_is_not_a_whole_bundle_is_an_error_and_never_a_shorter_one(string json)
    {
        SmartException error = Assert.Throws<SmartException>(() => Read(json));
        Assert.Equal(SmartErrorCode.ResponseNotJson, error.Code);
    }

    [Fact]
    public void A_bundle_that_is_nested_too_deep_is_refused_as_such()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 300)) + string.Concat(Enumerable.Repeat("]", 300));
        SmartException error = Assert.Throws<SmartException>(() => Read($$"""{"entry":[{"resource":{"a":{{deep}}} }]}"""));
        Assert.Equal(SmartErrorCode.ResponseTooLarge, error.Code);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""", "Patient")]
    [InlineData("""{"id":"1","contained":[{"resourceType":"X"}],"resource\u0054ype":"Patient"}""", "Patient")]
    [InlineData("""{"id":"1"}""", null)]
    [InlineData("""{"resourceType":5}""", null)]
    [InlineData("[]", null)]
    [InlineData("nonsense", null)]
    public void The_type_of_a_resource_is_read_without_parsing_it(string json, string? type) =>
        Assert.Equal(type, BundleReader.PeekResourceType(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Every_resource_of_the_synthea_bundles_is_the_slice_that_a_full_parser_finds()
    {
        string? folder = FindSynthea();
        if (folder is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "../shared/fhir/synthea is missing: CI must have it.");
            Assert.Skip("../shared/fhir/synthea is not beside this repository.");
        }

        int resources = 0;
        foreach (string file in Directory.GetFiles(folder, "*.json"))
        {
            byte[] bytes = File.ReadAllBytes(file);
            FhirBundle bundle = BundleReader.Read(bytes);
            using JsonDocument document = JsonDocument.Parse(bytes);
            Assert.Equal(document.RootElement.GetProperty("resourceType").GetString(), bundle.ResourceType);
            if (bundle.ResourceType != "Bundle")
            {
                continue;
            }

            string[] expected = [.. document.RootElement.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").GetRawText())];
            Assert.Equal(expected, bundle.Entries.Select(entry => Text(entry.Resource)));
            resources += expected.Length;
        }

        Assert.True(resources > 1000, $"only {resources} resources");
    }

    private static string? FindSynthea()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "fhir", "synthea");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static FhirBundle Read(string json) => BundleReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
