using System.Management.Automation;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>A resource behaves to scripts as a PSCustomObject does. What needs pwsh's own cmdlets stands in tests/Pester/Resource.Tests.ps1.</summary>
public sealed class ResourceTests : IDisposable
{
    private const string Json = """
        {"resourceType":"Patient","id":"7","meta":{"versionId":"2","lastUpdated":"2020-01-01T00:00:00-05:00"},"active":true,"birthDate":"1970-01-01","name":[{"use":"official","family":"Duck","given":["Donald","F."]},{"use":"nickname","given":["Don"]}],"weight":1.00,"tiny":1e-7,"huge":123456789012345678901234567890.5,"beyond":1e400,"minus":-0,"big":9007199254740993,"length":3,"text":{"status":"empty"}}
        """;

    private readonly ModuleRunspace _runspace = new();

    public ResourceTests() => _runspace.Run("$global:p = ConvertFrom-SmartFhirJson $args[0]", Json);

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void Elements_are_read_by_name_without_regard_to_case_and_deep_inside()
    {
        Assert.Equal("1970-01-01", _runspace.Value<string>("$p.BIRTHDATE"));
        Assert.Equal("F.", _runspace.Value<string>("$p.name[0].given[1]"));
        Assert.Equal(["Donald", "F.", "Don"], _runspace.Run("$p.name.given").Select(item => item.ToString()));
        Assert.Equal("Patient", _runspace.Value<string>("$p.resourceType"));
    }

    [Fact]
    public void Elements_keep_their_order_and_there_are_no_other_properties() => Assert.Equal(
        ["resourceType", "id", "meta", "active", "birthDate", "name", "weight", "tiny", "huge", "beyond", "minus", "big", "length", "text"],
        _runspace.Run("$p.PSObject.Properties.Name").Select(name => name.ToString()));

    [Fact]
    public void Dates_stay_the_strings_that_the_server_sent() =>
        Assert.Equal("2020-01-01T00:00:00-05:00", _runspace.Value<string>("$p.meta.lastUpdated"));

    [Fact]
    public void Numbers_are_Decimal_with_their_zeros_and_whole_ones_Int32_or_Int64()
    {
        Assert.Equal("1.00", _runspace.Value<decimal>("$p.weight").ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(9007199254740993L, _runspace.Value<long>("$p.big"));
        Assert.Equal(3, _runspace.Value<int>("$p.length"));
        Assert.Equal(1e-7, _runspace.Value<double>("$p.tiny"));
    }

    [Fact]
    public void Elements_named_like_members_of_NET_are_the_elements()
    {
        PSObject odd = _runspace.One("""ConvertFrom-SmartFhirJson '{"resourceType":"X","count":5,"length":6,"keys":"k","values":["v"],"item":1,"type":"t","toString":"s","psobject":"o"}'""");

        Assert.Equal([5, 6, "k", "v", 1, "t", "s"], _runspace.Run("$o = $args[0]; $o.count, $o.length, $o.keys, $o.values[0], $o.item, $o.type, $o.toString", odd).Select(value => value.BaseObject));
    }

    [Fact]
    public void One_resource_counts_as_one_and_an_element_that_is_not_there_is_null()
    {
        Assert.Equal(1, _runspace.Value<int>("$p.Count"));
        Assert.Equal(1, _runspace.Value<int>("@($p).Count"));
        Assert.True(_runspace.Value<bool>("$null -eq $p.nosuch"));
        Assert.Equal("7", _runspace.Value<string>("$p.Where({ $_.active }).id"));
        Assert.Equal("PropertyNotFoundStrict", Assert.Single(_runspace.Invoke("& { Set-StrictMode -Version 2; $p.nosuch }").Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void Setting_an_element_that_is_not_there_is_an_error_as_with_a_custom_object() =>
        Assert.Contains("'nosuch'", Assert.Single(_runspace.Invoke("$p.nosuch = 1").Errors).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Its_type_names_are_the_resource_type_and_the_general_one() =>
        Assert.Equal(["SmartFhir.Resource#Patient", "SmartFhir.Resource", "System.Object"], _runspace.Run("$p.PSObject.TypeNames").Select(name => name.ToString()));

    [Fact]
    public void Scripts_can_name_the_type() => Assert.True(_runspace.Value<bool>("$p -is [SmartFhir.Resource]"));

    [Fact]
    public void Comparison_and_Where_Object_work_on_elements()
    {
        Assert.True(_runspace.Value<bool>("$p.name.family -contains 'duck' -and $p.active -eq $true -and $p.weight -eq 1"));
        Assert.Equal("7", _runspace.Value<string>("$p | Where-Object birthDate -lt '1980' | ForEach-Object id"));
    }

    [Fact]
    public void A_resource_that_was_only_read_goes_out_as_the_bytes_that_came_in()
    {
        string spaced = Json.Replace(":", " : ", StringComparison.Ordinal);
        Assert.Equal(spaced.Trim(), _runspace.Value<string>(
            "$r = ConvertFrom-SmartFhirJson $args[0]; $null = $r.name.given, $r.PSObject.Properties.Value, $r.meta.lastUpdated; ConvertTo-SmartFhirJson $r", spaced));
    }

    [Theory]
    [InlineData("$p.active = $false", "\"active\":true", "\"active\":false")]
    [InlineData("$p.name[0].family = 'X'", "\"family\":\"Duck\"", "\"family\":\"X\"")]
    [InlineData("$p.name[1].given[0] = 'Y'", "[\"Don\"]", "[\"Y\"]")]
    [InlineData("$p.name[0].given += 'Z'", "\"F.\"]", "\"F.\",\"Z\"]")]
    [InlineData("$p.active = $null", ",\"active\":true", "")]
    [InlineData("$p.name[0].PSObject.Properties.Remove('use')", "\"use\":\"official\",", "")]
    [InlineData("$p.weight = 2.50d", "\"weight\":1.00", "\"weight\":2.50")]
    [InlineData("$p.meta.PSObject.Properties.Add([psnoteproperty]::new('source', '#1'))", "-05:00\"}", "-05:00\",\"source\":\"#1\"}")]
    [InlineData("$p.PSObject.Properties.Add([psnoteproperty]::new('gender', 'male'))", "\"empty\"}}", "\"empty\"},\"gender\":\"male\"}")]
    [InlineData("$p.text = @{ status = 'full' }", "\"empty\"", "\"full\"")]
    [InlineData("$p.name = @($p.name[0])", ",{\"use\":\"nickname\",\"given\":[\"Don\"]}", "")]
    public void A_change_is_written_and_nothing_else_changes_with_it(string change, string was, string becomes)
    {
        Assert.Contains(was, Json, StringComparison.Ordinal);
        Assert.Equal(Json.Replace(was, becomes, StringComparison.Ordinal).Trim(), _runspace.Value<string>($"{change}; ConvertTo-SmartFhirJson $p"));
    }

    [Fact]
    public void A_change_that_is_taken_back_gives_the_original_bytes_again()
    {
        string spaced = Json.Replace(":", " : ", StringComparison.Ordinal);
        Assert.Equal(spaced.Trim(), _runspace.Value<string>(
            "$r = ConvertFrom-SmartFhirJson $args[0]; $r.name[0].family = 'X'; $r.name[0].family = 'Duck'; ConvertTo-SmartFhirJson $r", spaced));
    }

    [Fact]
    public void A_property_that_hides_an_element_is_written_once() => Assert.EndsWith(
        ",\"active\":\"mine\"}",
        _runspace.Value<string>("$p.PSObject.Properties.Add([psnoteproperty]::new('active', 'mine')); ConvertTo-SmartFhirJson $p").Replace("\"active\":true", "WRITTEN TWICE", StringComparison.Ordinal),
        StringComparison.Ordinal);

    [Fact]
    public void Two_variables_are_one_resource() =>
        Assert.Equal("x", _runspace.Value<string>("$q = $p; $q.id = 'x'; $p.id"));

    [Fact]
    public void Its_text_is_its_JSON_with_the_changes()
    {
        Assert.Equal(Json.Trim(), _runspace.Value<string>("\"$p\""));
        Assert.Contains("\"id\":\"8\"", _runspace.Value<string>("$p.id = '8'; \"$p\""), StringComparison.Ordinal);
    }

    [Fact]
    public void Serialization_as_Export_Clixml_does_it_keeps_every_element()
    {
        PSObject back = (PSObject)_runspace.One("[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($p, 100))");

        Assert.Equal("Deserialized.SmartFhir.Resource#Patient", back.TypeNames[0]);
        Assert.Equal(["Duck", "F.", "2020-01-01T00:00:00-05:00", "1.00"], _runspace.Run("$b = $args[0]; $b.name[0].family, $b.name[0].given[1], $b.meta.lastUpdated, \"$($b.weight)\"", back).Select(value => value.ToString()));
    }

    [Fact]
    public void Threads_may_read_one_resource_at_the_same_time()
    {
        PSObject resource = _runspace.One("ConvertFrom-SmartFhirJson $args[0]", Json);
        string[] families = new string[4];
        Thread[] readers = [.. Enumerable.Range(0, families.Length).Select(i => new Thread(() =>
        {
            using var other = new ModuleRunspace();
            families[i] = other.Value<string>("$args[0].name[0].family", resource.BaseObject);
        }))];
        Array.ForEach(readers, reader => reader.Start());
        Array.ForEach(readers, reader => reader.Join());

        Assert.All(families, family => Assert.Equal("Duck", family));
    }

    [Fact]
    public void An_element_set_to_something_that_JSON_cannot_hold_is_an_error_that_names_it() => Assert.Contains(
        "System.Diagnostics.Process",
        Assert.Single(_runspace.Invoke("$p.id = [Diagnostics.Process]::GetCurrentProcess(); ConvertTo-SmartFhirJson $p").Errors).Exception.Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_object_of_very_many_elements_is_read_in_reasonable_time()
    {
        string wide = "{\"resourceType\":\"X\"," + string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"e{i}\":{i}")) + "}";
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(59_999, _runspace.Value<int>("(ConvertFrom-SmartFhirJson $args[0]).e59999", wide));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"It took {watch.Elapsed}.");
    }
}
