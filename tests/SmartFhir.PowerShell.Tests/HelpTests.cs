namespace SmartFhir.PowerShell.Tests;

/// <summary>The help that a user gets, and the check that keeps it whole.</summary>
public sealed class HelpTests
{
    [Fact]
    public async Task Help_has_no_gaps()
    {
        ConsoleResult result = await ConsoleProcess.RunProgramAsync("SmartFhir.Help", ["--root", ConsoleProcess.Root, "--check"]);

        Assert.Empty(result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_cmdlet_that_the_manifest_forgets_or_invents_is_named()
    {
        string root = Directory.CreateTempSubdirectory("smartfhir-help-").FullName;
        try
        {
            string bin = Path.Combine(root, "module", "bin", "net8.0");
            Directory.CreateDirectory(bin);
            foreach (string file in Directory.EnumerateFiles(Path.Combine(ConsoleProcess.Root, "module", "bin", "net8.0")))
            {
                File.Copy(file, Path.Combine(bin, Path.GetFileName(file)));
            }

            string manifest = await File.ReadAllTextAsync(Path.Combine(ConsoleProcess.Root, "SmartFhir.psd1"));
            await File.WriteAllTextAsync(Path.Combine(root, "SmartFhir.psd1"), manifest.Replace("'Get-SmartToken'", "'Get-SmartTokem'", StringComparison.Ordinal));
            ConsoleResult result = await ConsoleProcess.RunProgramAsync("SmartFhir.Help", ["--root", root, "--check"]);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("Get-SmartToken: in the assembly, but not in CmdletsToExport", result.Error, StringComparison.Ordinal);
            Assert.Contains("Get-SmartTokem: in CmdletsToExport of SmartFhir.psd1, but not in the assembly", result.Error, StringComparison.Ordinal);
            Assert.Contains("about_SmartFhir: the topic is missing", result.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Get_Help_shows_synopsis_parameters_and_examples()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "Get-Help Invoke-SmartFhirRequest -Full");

        Assert.Contains("Reads from the FHIR API of a session", result.Output, StringComparison.Ordinal);
        Assert.Contains("-Path <String[]>", result.Output, StringComparison.Ordinal);
        Assert.Contains("true (ByValue)", result.Output, StringComparison.Ordinal);
        Assert.Contains("PSObject | Json | Response", result.Output, StringComparison.Ordinal);
        Assert.Contains("Example 1", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Help_explains_one_parameter_with_its_aliases()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "Get-Help Connect-SmartFhir -Parameter Aud");

        Assert.Contains("The FHIR base URL", result.Output, StringComparison.Ordinal);
        Assert.Contains("Server, BaseUrl, Iss", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_about_topic_tells_of_the_default_that_the_import_sets()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "Get-Help about_SmartFhir");

        Assert.Contains("ConvertTo-Json:Depth", result.Output, StringComparison.Ordinal);
        Assert.Contains("SMARTFHIR_NO_DEFAULTS", result.Output, StringComparison.Ordinal);
    }
}
