using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>One runspace that is signed in to a sandbox, for tests that only read.</summary>
public sealed class SignedInFixture : IDisposable
{
    public SignedInFixture()
    {
        Runspace = new ModuleRunspace();
        Runspace.Run("$sandbox = Start-SmartFhirSandbox -AutoApprove");
        Session = Runspace.Run("Connect-SmartFhir -Sandbox -Name main")[0];
    }

    internal ModuleRunspace Runspace { get; }

    public PSObject Session { get; }

    public void Dispose() => Runspace.Dispose();
}

/// <summary>The main job in a hosted engine: sign in, hold a token, read FHIR.</summary>
public sealed class SessionTests(SignedInFixture fixture) : IClassFixture<SignedInFixture>
{
    private readonly ModuleRunspace _runspace = fixture.Runspace;

    private string Patient => (string)fixture.Session.Properties["Patient"].Value;

    [Fact]
    public void Connecting_writes_the_session_and_nothing_else()
    {
        Assert.Equal("main", fixture.Session.Properties["Name"].Value);
        Assert.StartsWith("patient-", Patient, StringComparison.Ordinal);
        Assert.Contains("/fhir/Practitioner/", (string)fixture.Session.Properties["FhirUser"].Value, StringComparison.Ordinal);
        Assert.True((bool)fixture.Session.Properties["CanRefresh"].Value);
    }

    [Fact]
    public void The_token_is_a_SecureString_unless_plain_text_is_asked_for()
    {
        PSObject secure = _runspace.Run("Get-SmartToken")[0];
        PSObject plain = _runspace.Run("Get-SmartToken -AsPlainText")[0];
        var header = (Hashtable)_runspace.Run("Get-SmartToken -AsHeader")[0].BaseObject;

        Assert.IsType<SecureString>(secure.Properties["AccessToken"].Value);
        string token = Assert.IsType<string>(plain.Properties["AccessToken"].Value);
        Assert.Equal($"Bearer {token}", header["Authorization"]);
        Assert.Equal("Bearer", secure.Properties["TokenType"].Value);
        Assert.Equal(Patient, secure.Properties["Patient"].Value);
        Assert.InRange((DateTimeOffset)secure.Properties["ExpiresOn"].Value, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
        Assert.NotNull(secure.Properties["IdTokenClaims"].Value);
    }

    [Fact]
    public void A_resource_is_read_as_an_object_with_its_type_names()
    {
        PSObject patient = Assert.Single(_runspace.Run($"Invoke-SmartFhirRequest Patient/{Patient}"));

        Assert.Equal(["SmartFhir.Resource#Patient", "SmartFhir.Resource", "System.Object"], patient.TypeNames);
        Assert.Equal(Patient, patient.Properties["id"].Value);
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", Assert.IsType<string>(patient.Properties["birthDate"].Value));
    }

    [Fact]
    public void A_search_is_a_Bundle_until_All_or_First_unfolds_it()
    {
        PSObject bundle = Assert.Single(_runspace.Run("Invoke-SmartFhirRequest Observation"));
        int total = (int)bundle.Properties["total"].Value;
        IReadOnlyList<PSObject> all = _runspace.Run("Invoke-SmartFhirRequest Observation?_count=7 -All");

        Assert.Equal("SmartFhir.Resource#Bundle", bundle.TypeNames[0]);
        Assert.Equal(total, all.Count);
        Assert.Equal(total, all.Select(resource => resource.Properties["id"].Value).Distinct().Count());
        Assert.Equal(5, _runspace.Run("Invoke-SmartFhirRequest Observation?_count=2 -First 5").Count);
        Assert.All(all, resource => Assert.Equal("SmartFhir.Resource#Observation", resource.TypeNames[0]));
    }

    [Fact]
    public void A_query_is_encoded_and_a_list_repeats_the_parameter()
    {
        ScriptResult result = _runspace.Invoke(
            "Invoke-SmartFhirRequest Observation -Query @{ code = 'http://loinc.org|85354-9'; date = 'ge2000-01-01', 'lt2100-01-01' } -OutputType Response");

        string url = ((Uri)result.Output[0].Properties["RequestUri"].Value).AbsoluteUri;
        Assert.Empty(result.Errors);
        Assert.Contains("code=http%3A%2F%2Floinc.org%7C85354-9", url, StringComparison.Ordinal);
        Assert.Contains("date=ge2000-01-01", url, StringComparison.Ordinal);
        Assert.Contains("date=lt2100-01-01", url, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_output_is_what_the_server_sent_and_ConvertTo_gives_the_same()
    {
        string json = (string)_runspace.Run($"Invoke-SmartFhirRequest Patient/{Patient} -OutputType Json")[0].BaseObject;
        string again = (string)_runspace.Run($"Invoke-SmartFhirRequest Patient/{Patient} | ConvertTo-SmartFhirJson")[0].BaseObject;
        string content = (string)_runspace.Run($"(Invoke-SmartFhirRequest Patient/{Patient} -OutputType Response).Content")[0].BaseObject;

        Assert.Equal(json, again);
        Assert.Equal(json, content);
        Assert.StartsWith("{\"resourceType\":\"Patient\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_becomes_one_record_a_path_and_the_pipeline_goes_on()
    {
        ScriptResult result = _runspace.Invoke($"'Patient/none', 'Patient/{Patient}', 'Banana' | Invoke-SmartFhirRequest -StatusCodeVariable status -ResponseHeadersVariable headers; $status; $headers['Content-Type'][0]");

        Assert.Equal(2, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.StartsWith("FhirNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Contains("There is no Patient/none", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Errors[0].CategoryInfo.Category);
        Assert.EndsWith("/fhir/Patient/none", result.Errors[0].TargetObject.ToString(), StringComparison.Ordinal);
        Assert.Equal(404, result.Output[^2].BaseObject);
        Assert.StartsWith("application/fhir+json", (string)result.Output[^1].BaseObject, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_and_histories_are_read()
    {
        Assert.Equal(Patient, _runspace.Run($"(Invoke-SmartFhirRequest Patient/{Patient}/_history/1).id")[0].BaseObject);
        Assert.Equal(Patient, _runspace.Run($"(Invoke-SmartFhirRequest Patient/{Patient}/_history -All).id")[0].BaseObject);
        Assert.Contains("version 9", _runspace.Invoke($"Invoke-SmartFhirRequest Patient/{Patient}/_history/9").SingleError("FhirNotFound").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_wait_shows_the_seconds_left_and_the_client_id_is_trimmed()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run("$s = Start-SmartFhirSandbox -AutoApprove");
        ScriptResult result = runspace.Invoke(Follow("$s.Aud", "patient/*.rs launch/patient").Replace("-ClientId smartfhir", "-ClientId \"  smartfhir`r`n\"", StringComparison.Ordinal));

        Assert.Empty(result.Errors);
        Assert.Equal("smartfhir", Assert.Single(result.Output).Properties["ClientId"].Value);
        Assert.Contains(result.Progress, record => record.SecondsRemaining is > 50 and <= 60 && record.StatusDescription == "Ctrl+C to cancel");
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public async Task A_missing_runtime_for_the_sandbox_is_told_with_what_to_install()
    {
        string folder = Path.Combine(ConsoleProcess.Root, "tests", "SmartFhir.PowerShell.Tests", "Hosting", "no-aspnetcore");
        ConsoleResult result = await ConsoleProcess.RunProgramAsync(
            "SmartFhir.Console", ["-Command", "Start-SmartFhirSandbox"], environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_ROOT"] = folder });

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ASP.NET Core runtime 10", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_server_does_not_get_the_token()
    {
        ScriptResult result = _runspace.Invoke("Invoke-SmartFhirRequest http://127.0.0.1:1/fhir/Patient");

        Assert.Contains("The token was not sent there", result.SingleError("ForeignOrigin").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Select_first_style_stops_end_the_search_early()
    {
        // What Select-Object -First does, in an engine that lacks it: a break out of the pipeline.
        IReadOnlyList<PSObject> three = _runspace.Run("$n = 0; :stop foreach ($x in 1) { Invoke-SmartFhirRequest Observation?_count=1 -All | ForEach-Object { $_; if (++$n -eq 3) { break stop } } }");

        Assert.Equal(3, three.Count);
    }

    [Fact]
    public void Sessions_are_found_by_name_and_completed()
    {
        Assert.Single(_runspace.Run("Get-SmartSession -Name ma*"));
        _runspace.Invoke("Get-SmartSession -Name nobody").SingleError("NotConnected");
        Assert.Contains("'main'", _runspace.Invoke("Get-SmartToken -Session nobody").Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("main", _runspace.Run("(TabExpansion2 'Get-SmartToken -Session m' 25).CompletionMatches.CompletionText")[0].BaseObject);
    }

    [Fact]
    public void Another_runspace_has_no_session_but_can_be_given_one()
    {
        using var other = new ModuleRunspace();

        other.Invoke("Get-SmartToken").SingleError("NotConnected");
        PSObject patient = other.Run("param($session) Invoke-SmartFhirRequest Patient -First 1 -Session $session", fixture.Session)[0];

        Assert.Equal(Patient, patient.Properties["id"].Value);
    }

    [Fact]
    public void Disconnecting_revokes_the_token_and_forgets_the_session()
    {
        using var other = new ModuleRunspace();
        PSObject session = other.Run("Connect-SmartFhir -Sandbox -Name short")[0];
        string token = (string)other.Run("(Get-SmartToken -AsPlainText).AccessToken")[0].BaseObject;

        ScriptResult whatIf = other.Invoke("Disconnect-SmartFhir -WhatIf");
        Assert.Single(other.Run("Get-SmartSession"));
        ScriptResult result = other.Invoke("Disconnect-SmartFhir -Verbose");

        Assert.Empty(whatIf.Errors);
        Assert.Empty(result.Errors);
        Assert.Contains(result.Verbose, line => line.Contains("revoked", StringComparison.Ordinal));
        Assert.Empty(other.Run("Get-SmartSession"));
        Assert.DoesNotContain(token, string.Join('\n', result.Verbose), StringComparison.Ordinal);
        Assert.NotNull(session);
    }

    /// <summary>Every stream of every cmdlet, searched for what must not be in it.</summary>
    [Fact]
    public void No_secret_is_in_any_stream_or_default_view()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run("$VerbosePreference = 'Continue'; $DebugPreference = 'Continue'; $InformationPreference = 'Continue'");
        var all = new List<string>();
        string[] scripts =
        [
            "$s = Start-SmartFhirSandbox -AutoApprove -TokenLifetime 61; Get-SmartConfiguration $s.Aud | Out-Null; Get-SmartConfiguration $s.Aud",
            "Connect-SmartFhir -Sandbox -Verbose -Debug",
            "Get-SmartSession; Get-SmartToken; [string](Get-SmartSession); [string](Get-SmartToken)",
            "Invoke-SmartFhirRequest Patient -First 1; Invoke-SmartFhirRequest Patient/none; Invoke-SmartFhirRequest Patient -OutputType Response",
            "Connect-SmartFhir -Aud $s.Aud -ClientId nobody -NoBrowser -TimeoutSec 1",
        ];
        string token = "";
        foreach (string script in scripts)
        {
            ScriptResult result = runspace.Invoke(script);
            all.AddRange(result.Verbose.Concat(result.Debug).Concat(result.Warnings).Concat(result.Information).Concat(result.Errors.Select(error => error.ToString() + error.Exception)));
            all.AddRange(result.Progress.Select(record => record.ToString()));
            all.AddRange(result.Output.SelectMany(item => new[] { item.ToString() }.Concat(item.BaseObject is string ? [] : item.Properties.Select(property => Describe(property)))));
            token = runspace.Invoke("(Get-SmartToken -AsPlainText -ErrorAction Ignore).AccessToken").Output.FirstOrDefault()?.ToString() ?? token;
        }

        string text = string.Join('\n', all);
        Assert.NotEmpty(token);
        Assert.Contains("Redirect address", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex(@"code_verifier|[?&]code=|refresh_token""?[=:]|Bearer [A-Za-z0-9._-]{20,}", RegexOptions.None, TimeSpan.FromSeconds(5)), text);

        static string Describe(PSPropertyInfo property)
        {
            try
            {
                return $"{property.Name}={property.Value}";
            }
            catch (GetValueException)
            {
                return property.Name;
            }
        }
    }

    [Fact]
    public void An_expired_token_is_renewed_before_it_is_used()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run("$s = Start-SmartFhirSandbox -AutoApprove -TokenLifetime 30");
        runspace.Run(Follow("$s.Aud", "openid patient/*.rs launch/patient offline_access"));
        string first = (string)runspace.Run("(Get-SmartToken -AsPlainText).AccessToken")[0].BaseObject;

        Assert.NotEqual(first, runspace.Run("(Get-SmartToken -AsPlainText).AccessToken")[0].BaseObject);
        Assert.Single(runspace.Run("Invoke-SmartFhirRequest Patient -First 1"));
    }

    [Fact]
    public void A_token_that_cannot_be_renewed_says_how_to_sign_in_again()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run("$s = Start-SmartFhirSandbox -AutoApprove -TokenLifetime 5");
        ScriptResult connected = runspace.Invoke(Follow("$s.Aud", "patient/*.rs launch/patient"));
        Assert.Empty(connected.Errors);

        // Without a refresh token the last minute of an access token is still good.
        DateTimeOffset ends = runspace.Value<DateTimeOffset>("(Get-SmartSession).ExpiresOn");
        ScriptResult result;
        do
        {
            Thread.Sleep(200);
            result = runspace.Invoke("Get-SmartToken");
        }
        while (result.Errors.Count == 0 && DateTimeOffset.UtcNow < ends.AddSeconds(5));

        string text = result.SingleError("TokenExpired").ToString();
        Assert.Contains("Connect-SmartFhir -ClientId 'smartfhir' -Aud '", text, StringComparison.Ordinal);
        Assert.Contains("offline_access", text, StringComparison.Ordinal);
    }

    /// <summary>Connects with curl as the browser, which follows the sandbox's redirects to the end.</summary>
    private static string Follow(string aud, string scope) => $$"""
        $env:BROWSER = 'curl -s -L -o {{(OperatingSystem.IsWindows() ? "NUL" : "/dev/null")}} %s'
        try { Connect-SmartFhir -Aud {{aud}} -ClientId smartfhir -Scope '{{scope}}' -TimeoutSec 60 } finally { $env:BROWSER = $null }
        """;
}
