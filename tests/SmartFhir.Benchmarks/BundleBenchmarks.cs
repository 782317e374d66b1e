using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using SmartFhir.Http;

namespace SmartFhir.Benchmarks;

/// <summary>A page of a search, cut into resources: ours against System.Text.Json's document and the Firely parser, in one run.</summary>
[MemoryDiagnoser]
public class BundleBenchmarks
{
    private byte[] _page = [];

    /// <summary>How many resources a page holds.</summary>
    [Params(1000)]
    public int Resources { get; set; }

    /// <summary>Makes the page.</summary>
    [GlobalSetup]
    public void MakePage()
    {
        IEnumerable<string> entries = Enumerable.Range(0, Resources).Select(index =>
            $$$"""{"fullUrl":"https://ehr.example/fhir/Patient/{{{index}}}","resource":{"resourceType":"Patient","id":"{{{index}}}","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000+00:00"},"active":true,"name":[{"use":"official","family":"Family{{{index}}}","given":["Given"]}],"telecom":[{"system":"phone","value":"+1 555 0100"}],"gender":"female","birthDate":"1970-01-01","address":[{"line":["1 Main Street"],"city":"Springfield","state":"MA","postalCode":"01103"}]},"search":{"mode":"match"}}""");
        _page = Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","type":"searchset","total":{{Resources}},"entry":[{{string.Join(',', entries)}}]}""");
    }

    /// <summary>SmartFhir: slices.</summary>
    [Benchmark(Baseline = true)]
    public int Slices() => BundleReader.Read(_page).Entries.Count;

    /// <summary>System.Text.Json: one document.</summary>
    [Benchmark]
    public int Document()
    {
        using JsonDocument document = JsonDocument.Parse(_page);
        return document.RootElement.GetProperty("entry").EnumerateArray().Count(entry => entry.GetProperty("resource").GetRawText().Length > 0);
    }

    /// <summary>Hl7.Fhir: typed objects.</summary>
    [Benchmark]
    public int Typed() => FhirJsonDeserializer.RECOVERABLE.Deserialize<Bundle>(Encoding.UTF8.GetString(_page)).Entry.Count;
}
