using System.Management.Automation;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>ConvertTo- and ConvertFrom-SmartFhirJson: what they take, what they make of it, what they refuse.</summary>
public sealed class JsonConversionTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smartfhir-json-");

    public void Dispose()
    {
        _runspace.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Lines_of_one_document_are_joined() =>
        Assert.Equal("Patient 5", _runspace.Value<string>("""$r = '{', '"resourceType": "Patient",', '', '"id": "5"', '}' | ConvertFrom-SmartFhirJson; "$($r.resourceType) $($r.id)" """));

    [Fact]
    public void Strings_that_are_complete_each_are_one_document_each_and_come_out_at_once()
    {
        const string Lines = """'', '{"resourceType":"Patient","id":"1"}', '', '{"resourceType":"Patient","id":"2"}'""";
        Assert.Equal(["1", "2"], _runspace.Run($"{Lines} | ConvertFrom-SmartFhirJson | ForEach-Object id").Select(id => id.ToString()));
        Assert.Equal(["in 1", "out 1", "in 2", "out 2"], _runspace.Run(
            """$all = [Collections.Generic.List[string]]::new(); 1, 2 | ForEach-Object { $all.Add("in $_"); "{`"resourceType`":`"A`",`"id`":`"$_`"}" } | ConvertFrom-SmartFhirJson | ForEach-Object { $all.Add("out $($_.id)") }; $all""").Select(line => line.ToString()));
    }

    [Fact]
    public void A_text_of_several_documents_and_an_array_come_out_one_by_one()
    {
        Assert.Equal(["1", "2"], _runspace.Run("""("{`"resourceType`":`"A`",`"id`":`"1`"}`n{`"resourceType`":`"B`",`"id`":`"2`"}`n" | ConvertFrom-SmartFhirJson).id""").Select(id => id.ToString()));
        Assert.Equal(["SmartFhir.Resource#A", "SmartFhir.Resource#B"], _runspace.Run("""ConvertFrom-SmartFhirJson '[{"resourceType":"A"}, {"resourceType":"B"}]' | ForEach-Object { $_.PSTypeNames[0] }""").Select(name => name.ToString()));
    }

    [Fact]
    public void JSON_without_a_resource_type_becomes_custom_objects_and_plain_values()
    {
        Assert.True(_runspace.Value<bool>("""(ConvertFrom-SmartFhirJson '{"a":[1,{"b":2.50}]}') -is [pscustomobject]"""));
        Assert.Equal("x", _runspace.Value<string>("""ConvertFrom-SmartFhirJson '"x"'"""));
        Assert.Equal("""{"a":[1,{"b":2.50},[]]}""", _runspace.Value<string>("""ConvertFrom-SmartFhirJson '{ "a": [1, {"b": 2.50}, []] }' | ConvertTo-SmartFhirJson"""));
    }

    [Fact]
    public void A_file_is_read_by_path_and_keeps_its_bytes()
    {
        const string Text = "{\r\n  \"resourceType\": \"Patient\",\r\n  \"id\": \"é\"\r\n}";
        string file = Path.Combine(_folder.FullName, "a[1].json");
        File.WriteAllText(file, "\uFEFF" + Text + "\r\n");

        Assert.Equal(Text, _runspace.Value<string>("ConvertFrom-SmartFhirJson -LiteralPath $args[0] | ConvertTo-SmartFhirJson", file));
        Assert.Equal(Text, _runspace.Value<string>("ConvertFrom-SmartFhirJson -Path ($args[0] + '/a*.json') | ConvertTo-SmartFhirJson", _folder.FullName));
    }

    [Fact]
    public void A_bad_line_of_an_NDJSON_file_is_one_error_and_the_others_come_out()
    {
        string file = Path.Combine(_folder.FullName, "a.ndjson");
        File.WriteAllText(file, "{\"resourceType\":\"A\",\"id\":\"1\"}\n\n{\"resourceType\":\n{\"resourceType\":\"A\",\"id\":\"3\"}\n");
        ScriptResult result = _runspace.Invoke("ConvertFrom-SmartFhirJson -Path $args[0] | ForEach-Object id", file);

        Assert.Equal(["1", "3"], result.Output.Select(id => id.ToString()));
        Assert.Equal("{\"resourceType\":", result.SingleError("InvalidJson").TargetObject);
    }

    [Fact]
    public void A_file_that_is_not_there_or_not_text_is_an_error_that_names_it()
    {
        string file = Path.Combine(_folder.FullName, "bad.json");
        File.WriteAllBytes(file, [(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)'}']);

        Assert.Contains("bad.json is not UTF-8", _runspace.Invoke("ConvertFrom-SmartFhirJson -Path $args[0]", file).SingleError("InvalidJson").Exception.Message, StringComparison.Ordinal);
        _runspace.Invoke("ConvertFrom-SmartFhirJson -Path $args[0]", file + ".none").SingleError("FileNotReadable");
    }

    [Theory]
    [InlineData("{\"a\":1,}", "line 1, byte 8")]
    [InlineData("{\"a\":1 // no\n}", "line 1")]
    [InlineData("{\"a\":1}\n{\"b\":x}", "line 2, byte 6")]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}", "'b' stands twice")]
    [InlineData("{\"name\":1,\"Name\":2}", "'Name' stands twice in one object (as 'name')")]
    [InlineData("{\"a\":\"\\ud800\"}", "cannot be read")]
    [InlineData("{\"a\":01}", "line 1")]
    [InlineData("<html>", "line 1, byte 1")]
    public void What_is_not_JSON_is_one_error_that_says_where(string text, string where) =>
        Assert.Contains(where, _runspace.Invoke("ConvertFrom-SmartFhirJson $args[0]", text).SingleError("InvalidJson").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void JSON_nested_beyond_reason_is_refused_and_what_FHIR_needs_is_not()
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);

        Assert.Equal(Nested(200), _runspace.Value<string>("ConvertFrom-SmartFhirJson $args[0] | ConvertTo-SmartFhirJson", Nested(200)));
        _runspace.Invoke("ConvertFrom-SmartFhirJson $args[0]", Nested(5000)).SingleError("InvalidJson");
    }

    [Fact]
    public void Hashtables_and_custom_objects_become_JSON_in_the_order_they_have() => Assert.Equal(
        """{"resourceType":"Patient","active":true,"multipleBirthInteger":2,"name":[{"family":"Ö\"\\","given":["A"]}],"weight":1.50}""",
        _runspace.Value<string>("""[ordered]@{ resourceType = 'Patient'; active = $true; multipleBirthInteger = 2; gone = $null; name = @([pscustomobject]@{ family = 'Ö"\'; given = @('A') }); weight = 1.50d } | ConvertTo-SmartFhirJson"""));

    [Fact]
    public void Values_of_NET_become_what_FHIR_writes_for_them() => Assert.Equal(
        """["2020-01-02T03:04:05Z","2020-01-02T03:04:05.5+02:00","2020-01-02","03:04:05",true,"Monday",1.5,1E+20,"a"]""",
        _runspace.Value<string>("""ConvertTo-SmartFhirJson @([datetime]::new(2020,1,2,3,4,5,[DateTimeKind]::Utc), [DateTimeOffset]'2020-01-02T03:04:05.5+02:00', [DateOnly]::new(2020,1,2), [TimeOnly]::new(3,4,5), [switch]$true, [DayOfWeek]'Monday', 1.5, 1e20, [char]'a')"""));

    [Fact]
    public void A_resource_inside_a_hashtable_keeps_its_numbers_to_the_letter_on_one_line() => Assert.Equal(
        """{"resource":{"resourceType":"X","v":1.0e0,"w":[null,1.10]}}""",
        _runspace.Value<string>("""@{ resource = ConvertFrom-SmartFhirJson "{`"resourceType`":`"X`",`n `"v`": 1.0e0, `"w`": [null, 1.10]}" } | ConvertTo-SmartFhirJson"""));

    [Fact]
    public void Indented_and_Compress_change_the_white_space_alone()
    {
        const string Resource = """$r = ConvertFrom-SmartFhirJson '{"resourceType" : "X", "v" : 1.0e0, "big" : 1e400, "w" : [ ]}'; """;
        string indented = _runspace.Value<string>(Resource + "$r | ConvertTo-SmartFhirJson -Indented").ReplaceLineEndings("\n");

        Assert.Equal("{\n  \"resourceType\": \"X\",\n  \"v\": 1.0e0,\n  \"big\": 1e400,\n  \"w\": []\n}", indented);
        Assert.Equal("""{"resourceType":"X","v":1.0e0,"big":1e400,"w":[]}""", _runspace.Value<string>(Resource + "$r | ConvertTo-SmartFhirJson -Compress"));
    }

    [Fact]
    public void An_object_that_holds_itself_is_an_error()
    {
        ErrorRecord error = _runspace.Invoke("$h = @{}; $h.self = $h; $h | ConvertTo-SmartFhirJson").SingleError("NotSerializable");

        Assert.Contains("may hold itself", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Infinity_is_an_error_and_the_other_objects_come_out()
    {
        ScriptResult result = _runspace.Invoke("@{ a = [double]::PositiveInfinity }, @{ a = 1 } | ConvertTo-SmartFhirJson");

        result.SingleError("NotSerializable");
        Assert.Equal("{\"a\":1}", Assert.Single(result.Output).ToString());
    }
}
