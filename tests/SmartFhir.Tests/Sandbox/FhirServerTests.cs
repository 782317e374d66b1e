using System.Net;
using System.Text.Json.Nodes;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Sandbox;

/// <summary>A sandbox with Synthea's data and a token for everything in it.</summary>
public sealed class SyntheaSandbox : IAsyncLifetime
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "fhir", "synthea"));

    public SandboxProcess Sandbox { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        Sandbox = await SandboxProcess.StartAsync("--auto-approve", "--load", Folder);
        Token = (string)(await Sandbox.TokenAsync("user/*.rs"))["access_token"]!;
    }

    public ValueTask DisposeAsync()
    {
        Sandbox?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The FHIR API of the sandbox over real data.</summary>
public sealed class FhirServerTests : IClassFixture<SyntheaSandbox>
{
    private readonly SandboxProcess _sandbox;
    private readonly string _token;

    public FhirServerTests(SyntheaSandbox fixture)
    {
        if (fixture.Sandbox is null)
        {
            string missing = $"The data of ../shared is not there: {SyntheaSandbox.Folder}.";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", missing);
            Assert.Fail(missing);
        }

        _sandbox = fixture.Sandbox;
        _token = fixture.Token;
    }

    private Task<JsonObject> GetAsync(string path) => _sandbox.JsonAsync(path, _token);

    private static JsonObject[] Resources(JsonObject bundle) => [.. (bundle["entry"] as JsonArray ?? []).Select(entry => entry!["resource"]!.AsObject())];

    private async Task<long> CountAsync(string search) => (long)(await GetAsync(search + (search.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_summary=count"))["total"]!;

    private async Task<List<JsonObject>> AllAsync(string search)
    {
        var all = new List<JsonObject>();
        for (string? next = search; next is not null;)
        {
            JsonObject page = await GetAsync(next);
            all.AddRange(Resources(page));
            next = (string?)page["link"]!.AsArray().FirstOrDefault(link => (string)link!["relation"]! == "next")?["url"];
        }

        return all;
    }

    private async Task<(HttpStatusCode Status, JsonObject Outcome)> ErrorAsync(string path, string? token)
    {
        using HttpResponseMessage response = await _sandbox.GetAsync(path, token);
        JsonObject outcome = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal("OperationOutcome", (string)outcome["resourceType"]!);
        return (response.StatusCode, outcome);
    }

    [Fact]
    public async Task All_of_Synthea_is_loaded_and_no_reference_is_left_unresolved()
    {
        JsonObject history = await GetAsync("_history?_count=1");
        List<JsonObject> observations = await AllAsync("Observation?_count=500");

        // 2,717 in the bundles and one Group. Some stand in several bundles with other contents: each is a version.
        Assert.Equal(2718, (long)history["total"]!);
        Assert.All(observations, observation => Assert.StartsWith("Patient/", (string)observation["subject"]!["reference"]!, StringComparison.Ordinal));
        List<JsonObject> encounters = await AllAsync("Encounter?_count=500");
        Assert.All(encounters, encounter => Assert.StartsWith("Practitioner/", (string)encounter["participant"]![0]!["individual"]!["reference"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_page_together_is_every_resource_once()
    {
        List<JsonObject> all = await AllAsync("Observation?_count=37");

        Assert.Equal(await CountAsync("Observation"), all.Count);
        Assert.Equal(all.Count, all.Select(resource => (string)resource["id"]!).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_is_served_is_what_was_loaded_to_the_letter()
    {
        string file = Directory.GetFiles(SyntheaSandbox.Folder, "Carmelo*")[0];
        JsonObject original = JsonNode.Parse(await File.ReadAllTextAsync(file))!["entry"]!.AsArray().Select(entry => entry!["resource"]!.AsObject())
            .First(resource => (string)resource["resourceType"]! == "Observation" && resource["valueQuantity"] is not null);

        JsonObject served = await GetAsync($"Observation/{(string)original["id"]!}");

        Assert.Equal(original["valueQuantity"]!.ToJsonString(), served["valueQuantity"]!.ToJsonString());
        Assert.Equal((string)original["effectiveDateTime"]!, (string)served["effectiveDateTime"]!);
    }

    [Theory]
    [InlineData("Observation?code=http://loinc.org|8302-2", "code", "8302-2")]
    [InlineData("Observation?code=8302-2", "code", "8302-2")]
    public async Task A_token_is_found_with_and_without_its_system(string search, string element, string code) =>
        Assert.All(await NonEmptyAsync(search), resource => Assert.Equal(code, (string)resource[element]!["coding"]![0]!["code"]!));

    [Fact]
    public async Task A_token_of_another_system_is_not_found() => Assert.Equal(0, await CountAsync("Observation?code=http://snomed.info/sct|8302-2"));

    [Fact]
    public async Task Alternatives_add_up_and_not_takes_them_away()
    {
        long height = await CountAsync("Observation?code=8302-2");
        long weight = await CountAsync("Observation?code=29463-7");
        long all = await CountAsync("Observation");

        Assert.True(height > 0 && weight > 0);
        Assert.Equal(height + weight, await CountAsync("Observation?code=8302-2,29463-7"));
        Assert.Equal(all - height, await CountAsync("Observation?code:not=8302-2"));
        Assert.Equal(0, await CountAsync("Observation?code=8302-2&code=29463-7"));
    }

    [Fact]
    public async Task Strings_are_found_from_the_start_exactly_and_inside()
    {
        JsonObject patient = (await NonEmptyAsync("Patient?_count=1"))[0];
        string family = (string)patient["name"]![0]!["family"]!;

        Assert.Contains(await AllAsync($"Patient?family={family[..3].ToUpperInvariant()}"), found => (string)found["id"]! == (string)patient["id"]!);
        Assert.Contains(await AllAsync($"Patient?family:contains={family[1..4]}"), found => (string)found["id"]! == (string)patient["id"]!);
        Assert.Contains(await AllAsync($"Patient?family:exact={family}"), found => (string)found["id"]! == (string)patient["id"]!);
        Assert.Empty(await AllAsync($"Patient?family:exact={family.ToUpperInvariant()}"));
    }

    [Fact]
    public async Task Accents_do_not_matter() => Assert.Contains(await AllAsync("Patient?given=ramon"), patient => ((string)patient["name"]![0]!["given"]![0]!).StartsWith("Ram\u00f3n", StringComparison.Ordinal));

    [Fact]
    public async Task References_are_found_in_each_form()
    {
        string id = (string)(await NonEmptyAsync("Patient?_count=1"))[0]["id"]!;
        long expected = await CountAsync($"Observation?patient={id}");

        Assert.True(expected > 0);
        Assert.Equal(expected, await CountAsync($"Observation?subject=Patient/{id}"));
        Assert.Equal(expected, await CountAsync($"Observation?subject:Patient={id}"));
        Assert.Equal(expected, await CountAsync($"Observation?subject={Uri.EscapeDataString($"{_sandbox.FhirBase}/Patient/{id}")}"));
        Assert.Equal(0, await CountAsync($"Observation?subject=Group/{id}"));
    }

    [Fact]
    public async Task Dates_are_compared_as_the_time_that_they_cover()
    {
        JsonObject patient = (await NonEmptyAsync("Patient?_sort=birthdate&_count=1"))[0];
        string birth = (string)patient["birthDate"]!;

        Assert.True(await CountAsync($"Patient?birthdate={birth}") >= 1);
        Assert.True(await CountAsync($"Patient?birthdate={birth[..4]}") >= 1);
        Assert.Equal(0, await CountAsync($"Patient?birthdate=lt{birth}"));
        Assert.Equal(await CountAsync("Patient"), await CountAsync($"Patient?birthdate=ge{birth}"));
        Assert.Equal(await CountAsync("Patient"), await CountAsync($"Patient?birthdate=le{birth}") + await CountAsync($"Patient?birthdate=gt{birth}"));
    }

    [Fact]
    public async Task Quantities_are_compared_with_unit_and_prefix()
    {
        long all = await CountAsync("Observation?code=8302-2");

        Assert.Equal(all, await CountAsync("Observation?code=8302-2&value-quantity=gt0|http://unitsofmeasure.org|cm"));
        Assert.Equal(0, await CountAsync("Observation?code=8302-2&value-quantity=gt0|http://unitsofmeasure.org|kg"));
        Assert.Equal(all, await CountAsync("Observation?code=8302-2&value-quantity=lt150") + await CountAsync("Observation?code=8302-2&value-quantity=ge150"));
    }

    [Fact]
    public async Task Missing_splits_a_type_in_two() =>
        Assert.Equal(await CountAsync("Observation"), await CountAsync("Observation?value-quantity:missing=true") + await CountAsync("Observation?value-quantity:missing=false"));

    [Fact]
    public async Task Sorting_is_by_value_and_can_be_reversed()
    {
        string[] up = [.. (await AllAsync("Patient?_sort=birthdate")).Select(patient => (string)patient["birthDate"]!)];
        string[] down = [.. (await AllAsync("Patient?_sort=-birthdate")).Select(patient => (string)patient["birthDate"]!)];

        Assert.Equal(up.Order(StringComparer.Ordinal), up);
        Assert.Equal(down.OrderDescending(StringComparer.Ordinal), down);
    }

    [Fact]
    public async Task Includes_come_along_once_and_are_marked()
    {
        JsonObject page = await GetAsync("Observation?code=8302-2&_include=Observation:subject&_count=20");
        JsonObject reverse = await GetAsync("Patient?_count=1&_revinclude=Condition:subject");

        string[] modes = [.. page["entry"]!.AsArray().Select(entry => (string)entry!["search"]!["mode"]!)];
        Assert.Contains("include", modes);
        Assert.Equal(20, modes.Count(mode => mode == "match"));
        Assert.All(page["entry"]!.AsArray().Where(entry => (string)entry!["search"]!["mode"]! == "include"), entry => Assert.Equal("Patient", (string)entry!["resource"]!["resourceType"]!));
        Assert.Contains(Resources(reverse), resource => (string)resource["resourceType"]! == "Condition");
    }

    [Fact]
    public async Task Elements_and_summary_cut_and_say_so()
    {
        JsonObject elements = (await NonEmptyAsync("Patient?_elements=birthDate&_count=1"))[0];
        JsonObject summary = (await NonEmptyAsync("Patient?_summary=true&_count=1"))[0];

        Assert.Equal(["resourceType", "id", "meta", "birthDate"], elements.Select(member => member.Key).OrderBy(key => Array.IndexOf(["resourceType", "id", "meta", "birthDate"], key)));
        Assert.Equal("SUBSETTED", (string)elements["meta"]!["tag"]!.AsArray()[^1]!["code"]!);
        Assert.Null(summary["text"]);
        Assert.NotNull(summary["name"]);
    }

    [Fact]
    public async Task An_unknown_parameter_is_left_out_of_self_or_refused_when_strict()
    {
        JsonObject lenient = await GetAsync("Patient?banana=1&gender=female");
        using HttpResponseMessage strict = await _sandbox.GetAsync("Patient?banana=1", _token, ("Prefer", "handling=strict"));

        Assert.Equal($"{_sandbox.FhirBase}/Patient?gender=female", (string)lenient["link"]!.AsArray().First(link => (string)link!["relation"]! == "self")!["url"]!);
        Assert.Equal(HttpStatusCode.BadRequest, strict.StatusCode);
        Assert.Contains("banana", await strict.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_by_POST_gives_what_GET_gives()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_sandbox.FhirBase}/Observation/_search")
        {
            Content = new FormUrlEncodedContent([new("code", "8302-2"), new("_summary", "count")]),
        };
        request.Headers.Authorization = new("Bearer", _token);
        using HttpResponseMessage response = await _sandbox.Http.SendAsync(request);

        Assert.Equal(await CountAsync("Observation?code=8302-2"), (long)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["total"]!);
    }

    [Fact]
    public async Task A_version_is_read_and_an_unchanged_one_is_not_sent_again()
    {
        string id = (string)(await NonEmptyAsync("Patient?_count=1"))[0]["id"]!;
        using HttpResponseMessage first = await _sandbox.GetAsync($"Patient/{id}", _token);
        using HttpResponseMessage again = await _sandbox.GetAsync($"Patient/{id}", _token, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal("W/\"1\"", first.Headers.ETag.ToString());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(id, (string)(await GetAsync($"Patient/{id}/_history/1"))["id"]!);
        Assert.Equal(1, (long)(await GetAsync($"Patient/{id}/_history"))["total"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await ErrorAsync($"Patient/{id}/_history/2", _token)).Status);
    }

    [Fact]
    public async Task Everything_of_a_patient_is_the_compartment_and_what_it_refers_to()
    {
        string id = (string)(await NonEmptyAsync("Patient?_count=1"))[0]["id"]!;
        List<JsonObject> everything = await AllAsync($"Patient/{id}/$everything?_count=50");

        Assert.Equal("Patient", (string)everything[0]["resourceType"]!);
        Assert.Equal(await CountAsync($"Observation?patient={id}"), everything.Count(resource => (string)resource["resourceType"]! == "Observation"));
        Assert.Contains(everything, resource => (string)resource["resourceType"]! == "Practitioner");
        Assert.Equal(everything.Count, everything.Select(resource => $"{resource["resourceType"]}/{resource["id"]}").Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("Patient/none", HttpStatusCode.NotFound, "not-found")]
    [InlineData("Banana", HttpStatusCode.NotFound, "not-found")]
    [InlineData("Patient/1/2/3/4", HttpStatusCode.NotFound, "not-found")]
    [InlineData("Patient?birthdate=banana", HttpStatusCode.BadRequest, "value")]
    [InlineData("Patient?_count=-1", HttpStatusCode.BadRequest, "value")]
    [InlineData("Patient?gender:banana=x", HttpStatusCode.BadRequest, "not-supported")]
    [InlineData("Patient?_include=Patient:banana", HttpStatusCode.BadRequest, "value")]
    [InlineData("Patient?_format=xml", HttpStatusCode.NotAcceptable, "not-supported")]
    public async Task Every_error_is_an_OperationOutcome(string path, HttpStatusCode status, string code)
    {
        (HttpStatusCode actual, JsonObject outcome) = await ErrorAsync(path, _token);

        Assert.Equal(status, actual);
        Assert.Equal(code, (string)outcome["issue"]![0]!["code"]!);
        Assert.False(string.IsNullOrEmpty((string?)outcome["issue"]![0]!["diagnostics"]));
    }

    [Fact]
    public async Task Without_a_token_only_the_metadata_is_open()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await ErrorAsync("Patient", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ErrorAsync("Patient", "nonsense")).Status);
        JsonObject statement = await _sandbox.JsonAsync("metadata", null);
        Assert.Contains("oauth-uris", statement["rest"]![0]!["security"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patient_scope_opens_one_record_only()
    {
        JsonObject grant = await _sandbox.TokenAsync("launch/patient patient/*.rs");
        string token = (string)grant["access_token"]!;
        string own = (string)grant["patient"]!;
        string other = (await AllAsync("Patient")).Select(patient => (string)patient["id"]!).First(id => id != own);
        string foreign = (string)(await NonEmptyAsync($"Observation?patient={other}&_count=1"))[0]["id"]!;

        Assert.Equal([own], Resources(await _sandbox.JsonAsync("Patient", token)).Select(patient => (string)patient["id"]!));
        Assert.Equal(await CountAsync($"Observation?patient={own}"), (long)(await _sandbox.JsonAsync("Observation?_summary=count", token))["total"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await ErrorAsync($"Patient/{other}", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ErrorAsync($"Observation/{foreign}", token)).Status);
    }

    [Theory]
    [InlineData("patient/Observation.rs", "Observation", true)]
    [InlineData("patient/Observation.read", "Observation", true)]
    [InlineData("patient/Observation.rs", "Condition", false)]
    [InlineData("patient/Observation.r", "Observation", false)]
    [InlineData("patient/Observation.s", "Observation", true)]
    [InlineData("user/Observation.cud", "Observation", false)]
    public async Task Scopes_decide_type_and_interaction(string scope, string type, bool allowed)
    {
        string token = (string)(await _sandbox.TokenAsync(scope))["access_token"]!;
        using HttpResponseMessage response = await _sandbox.GetAsync(type, token);

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(!allowed, response.Headers.WwwAuthenticate.ToString().Contains("insufficient_scope", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_constraint_of_a_scope_narrows_searches_and_reads()
    {
        string token = (string)(await _sandbox.TokenAsync("user/Observation.rs?category=laboratory"))["access_token"]!;
        string vital = (string)(await NonEmptyAsync("Observation?category=vital-signs&_count=1"))[0]["id"]!;

        Assert.Equal(await CountAsync("Observation?category=laboratory"), (long)(await _sandbox.JsonAsync("Observation?_summary=count", token))["total"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await ErrorAsync($"Observation/{vital}", token)).Status);
    }

    private async Task<List<JsonObject>> NonEmptyAsync(string search)
    {
        JsonObject[] resources = Resources(await GetAsync(search));
        Assert.NotEmpty(resources);
        return [.. resources];
    }
}
