using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.Json;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>JSON to objects to JSON, every element touched on the way: nothing is lost, neither unchanged nor written anew.</summary>
public sealed class ResourceRoundTripTests : IDisposable
{
    private static readonly string Synthea = Path.GetFullPath(Path.Combine(ConsoleProcess.Root, "..", "shared", "fhir", "synthea"));

    private readonly ModuleRunspace _runspace = new();

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Every_Synthea_resource_survives_value_by_value()
    {
        if (!Directory.Exists(Synthea))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"The Synthea resources are missing: {Synthea}");
            Assert.Skip($"The Synthea resources are not on this machine: {Synthea}");
        }

        int count = 0;
        foreach (string file in Directory.EnumerateFiles(Synthea, "*.json"))
        {
            string[] resources = ResourcesIn(File.ReadAllText(file));
            RoundTrip(resources);
            count += resources.Length;
        }

        Assert.True(count > 1000, $"Only {count} resources.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_documents_survive_to_the_letter(int seed)
    {
        var random = new RandomJson(seed);
        string[] documents = [.. Enumerable.Range(0, 300).Select(_ => random.Resource())];

        Assert.Contains(documents, document => document.Contains("1e400", StringComparison.Ordinal));
        RoundTrip(documents);
    }

    /// <summary>Unchanged, the text is the same; with one property more, so that all is written anew, every value is.</summary>
    private void RoundTrip(string[] documents)
    {
        IReadOnlyList<PSObject> resources = _runspace.Run("$args[0] | ConvertFrom-SmartFhirJson", [documents]);
        Assert.Equal(documents.Length, resources.Count);
        Touch(resources);
        string[] same = [.. _runspace.Run("$args[0] | ConvertTo-SmartFhirJson", resources).Select(text => text.ToString())];
        string[] compressed = [.. _runspace.Run("$args[0] | ConvertTo-SmartFhirJson -Compress", resources).Select(text => text.ToString())];
        string[] written = [.. _runspace.Run("foreach ($r in $args[0]) { $r.PSObject.Properties.Add([psnoteproperty]::new('added', 1)) }; $args[0] | ConvertTo-SmartFhirJson", resources).Select(text => text.ToString())];

        for (int i = 0; i < documents.Length; i++)
        {
            Assert.Equal(documents[i], same[i]);
            Assert.Null(JsonComparison.Difference(documents[i], compressed[i]));
            Assert.Null(JsonComparison.Difference(documents[i].TrimEnd()[..^1].TrimEnd() + ",\"added\":1}", written[i]));
        }
    }

    /// <summary>Reads every element at every depth through the engine, as a script would.</summary>
    private void Touch(IEnumerable<PSObject> resources)
    {
        Runspace? before = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = _runspace.Runspace;
        try
        {
            int touched = resources.Sum(resource => Touch((object)resource));
            Assert.True(touched > resources.Count());
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }
    }

    private static int Touch(object? value) => value switch
    {
        null or string or ValueType => 1,
        PSObject { BaseObject: not PSCustomObject and IList list } => Touch(list),
        PSObject item => item.Properties.Sum(property => Touch(property.Value)),
        IEnumerable items => items.Cast<object?>().Sum(Touch),
        _ => throw new InvalidOperationException($"A {value.GetType()} among the elements."),
    };

    private static string[] ResourcesIn(string json)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        return root.GetProperty("resourceType").GetString() == "Bundle"
            ? [.. root.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").GetRawText()), root.GetRawText()]
            : [root.GetRawText()];
    }
}
