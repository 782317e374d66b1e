using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary><c>$PSDefaultParameterValues['ConvertTo-Json:Depth']</c>: set, taken back, and never against the user.</summary>
public sealed class ModuleDefaultsTests
{
    private const string Depth = "$global:PSDefaultParameterValues['ConvertTo-Json:Depth']";

    [Fact]
    public void Import_makes_ConvertTo_Json_reach_the_depth_of_a_resource_and_removal_takes_that_back()
    {
        using var runspace = new ModuleRunspace();
        Assert.Equal(100, runspace.Value<int>(Depth));

        runspace.Run("Remove-Module SmartFhir");
        Assert.False(runspace.Value<bool>("$global:PSDefaultParameterValues.ContainsKey('ConvertTo-Json:Depth')"));
    }

    [Fact]
    public void Import_from_a_function_and_with_Force_sets_the_global_default()
    {
        using var runspace = new ModuleRunspace(import: false);
        runspace.Run($"& {{ $PSDefaultParameterValues = @{{}}; Import-Module '{ModuleRunspace.Manifest}'; Import-Module '{ModuleRunspace.Manifest}' -Force }}");

        Assert.Equal(100, runspace.Value<int>(Depth));
    }

    [Theory]
    [InlineData("ConvertTo-Json:Depth")]
    [InlineData("ConvertTo-*:Depth")]
    [InlineData("convertto-json:dep*")]
    [InlineData("*:Depth")]
    public void A_default_of_the_users_own_stays_and_survives_removal(string key)
    {
        using var runspace = new ModuleRunspace(before: $"$global:PSDefaultParameterValues['{key}'] = 7");
        Assert.Equal(7, runspace.Value<int>($"$global:PSDefaultParameterValues['{key}']"));
        Assert.Equal(1, runspace.Value<int>("$global:PSDefaultParameterValues.Count"));

        runspace.Run("Remove-Module SmartFhir");
        Assert.Equal(7, runspace.Value<int>($"$global:PSDefaultParameterValues['{key}']"));
    }

    [Fact]
    public void A_default_that_the_user_changes_after_the_import_survives_removal()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run($"{Depth} = 5; Remove-Module SmartFhir");

        Assert.Equal(5, runspace.Value<int>(Depth));
    }

    [Fact]
    public void Import_works_where_the_user_has_no_defaults_at_all()
    {
        using var runspace = new ModuleRunspace(before: "$global:PSDefaultParameterValues = $null");

        Assert.True(runspace.Value<bool>("$null -eq $global:PSDefaultParameterValues"));
    }

    [Fact]
    public async Task An_environment_variable_turns_the_default_off()
    {
        ConsoleResult result = await ConsoleProcess.RunProgramAsync(
            "SmartFhir.Console",
            ["-Command", "$PSDefaultParameterValues.Count; (Get-Module SmartFhir).Name"],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["SMARTFHIR_NO_DEFAULTS"] = "1" });

        Assert.Equal(["0", "SmartFhir"], result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
