using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hl7.Fhir.Serialization;

namespace SmartFhir.Tests.Sandbox;

/// <summary>The made-up patients, and the faults that can be switched on.</summary>
public sealed class GeneratorTests
{
    private static async Task<List<string>> EverythingAsync(params string[] options)
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync(["--auto-approve", .. options]);
        string token = (string)(await sandbox.TokenAsync("user/*.rs"))["access_token"]!;
        var resources = new List<string>();
        for (string? next = "_history?_count=500"; next is not null;)
        {
            JsonObject page = await sandbox.JsonAsync(next, token);
            resources.AddRange((page["entry"] as JsonArray ?? []).Select(entry => entry!["resource"]!.ToJsonString()));
            next = (string?)page["link"]!.AsArray().FirstOrDefault(link => (string)link!["relation"]! == "next")?["url"];
        }

        return resources;
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_bytes_and_another_one_does_not()
    {
        List<string> first = await EverythingAsync("--patients", "5", "--seed", "7");
        List<string> second = await EverythingAsync("--patients", "5", "--seed", "7");
        List<string> other = await EverythingAsync("--patients", "5", "--seed", "8");

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Every_made_up_resource_is_valid_R4()
    {
        List<string> resources = await EverythingAsync();

        Assert.Equal(25, resources.Count(resource => resource.Contains("\"resourceType\":\"Patient\"", StringComparison.Ordinal)));
        Assert.All(resources, resource => Assert.NotNull(FhirJsonDeserializer.STRICT.DeserializeResource(resource)));
    }

    [Fact]
    public async Task A_kept_database_is_served_again()
    {
        string folder = Directory.CreateTempSubdirectory("smartfhir-db-").FullName;
        string database = Path.Combine(folder, "kept.db");

        List<string> first = await EverythingAsync("--patients", "2", "--db", database);
        List<string> second = await EverythingAsync("--patients", "9", "--db", database);

        Assert.Equal(first, second);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Faults_hit_the_API_as_often_as_asked_and_spare_discovery()
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync("--auto-approve", "--fault", "429:0.3,503:0.3");
        string token = (string)(await sandbox.TokenAsync("user/*.rs"))["access_token"]!;
        var statuses = new List<HttpStatusCode>();
        for (int index = 0; index < 200; index++)
        {
            using HttpResponseMessage response = await sandbox.GetAsync("Patient/patient-1", token);
            statuses.Add(response.StatusCode);
            Assert.True(response.StatusCode != HttpStatusCode.TooManyRequests || response.Headers.RetryAfter is not null);
            using HttpResponseMessage discovery = await sandbox.GetAsync("metadata", null);
            Assert.Equal(HttpStatusCode.OK, discovery.StatusCode);
        }

        Assert.InRange(statuses.Count(status => status == HttpStatusCode.TooManyRequests), 30, 90);
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.ServiceUnavailable), 30, 90);
    }

    [Fact]
    public async Task A_slow_server_is_slow()
    {
        using SandboxProcess sandbox = await SandboxProcess.StartAsync("--auto-approve", "--fault", "slow:300ms");
        string token = (string)(await sandbox.TokenAsync("user/*.rs"))["access_token"]!;
        var clock = Stopwatch.StartNew();
        using HttpResponseMessage response = await sandbox.GetAsync("Patient/patient-1", token);

        Assert.True(clock.ElapsedMilliseconds >= 290, $"{clock.ElapsedMilliseconds} ms");
    }
}
