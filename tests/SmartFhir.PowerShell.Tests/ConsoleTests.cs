using System.Diagnostics;

namespace SmartFhir.PowerShell.Tests;

/// <summary>The console, run as a person or a script runs it.</summary>
public sealed class ConsoleTests
{
    [Fact]
    public async Task Objects_are_formatted_as_tables_on_standard_output()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "[pscustomobject]@{ name = 'Zoë'; age = 5 }");

        Assert.Equal(0, result.ExitCode);
        string[] lines = result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["name age", "---- ---", "Zoë    5"], lines);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task The_module_is_there_without_asking_for_it()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "Get-Command -Module SmartFhir | ForEach-Object Name");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Connect-SmartFhir", result.Output, StringComparison.Ordinal);
        Assert.Contains("Invoke-SmartFhirRequest", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_prints_in_the_view_of_its_type()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync(
            "-Command", """'{"resourceType":"Patient","id":"p1","name":[{"family":"Ahlgren","given":["Ida"]}],"birthDate":"1980-02-03"}' | ConvertFrom-SmartFhirJson""");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Ahlgren", result.Output, StringComparison.Ordinal);
        Assert.Contains("1980-02-03", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("Import-Module no-such-module; 'went on'", 0)]
    [InlineData("'first'; Import-Module no-such-module", 1)]
    [InlineData("throw 'no'", 1)]
    [InlineData("if ) {", 1)]
    [InlineData("exit 3", 3)]
    public async Task The_exit_code_is_the_one_that_pwsh_would_give(string command, int expected) =>
        Assert.Equal(expected, (await ConsoleProcess.RunAsync("-Command", command)).ExitCode);

    [Fact]
    public async Task An_error_goes_to_standard_error_with_its_remedy_and_without_a_stack()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "Get-SmartToken");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("Get-SmartToken: There is no session", result.Error, StringComparison.Ordinal);
        Assert.Contains("Connect-SmartFhir -Sandbox", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_syntax_error_is_shown_with_its_place()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", "if ) {}");

        Assert.Contains("ParserError", result.Error, StringComparison.Ordinal);
        Assert.Contains("Missing '('", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_well_known_command_that_is_absent_is_said_to_be_in_pwsh()
    {
        ConsoleResult missing = await ConsoleProcess.RunAsync("-Command", "1 | Select-Object -First 1");
        ConsoleResult misspelt = await ConsoleProcess.RunAsync("-Command", "Connect-SmartFihr");

        Assert.Contains("Select-Object belongs to Microsoft.PowerShell.Utility", missing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("belongs to", misspelt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warning_verbose_and_debug_go_to_standard_error()
    {
        const string Command = "function f { [CmdletBinding()] param() $PSCmdlet.WriteWarning('w1'); $PSCmdlet.WriteVerbose('v1'); $PSCmdlet.WriteDebug('d1'); 'out' }; $DebugPreference = 'Continue'; f -Verbose";
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", Command);

        Assert.Equal("out", result.Output.Trim());
        Assert.Equal(["WARNING: w1", "VERBOSE: v1", "DEBUG: d1"], result.Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Progress_and_colours_stay_out_of_redirected_streams()
    {
        const string Command = "function f { [CmdletBinding()] param() $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'Busy', 'half')); $PSCmdlet.WriteWarning('w') }; f; [pscustomobject]@{ a = 1 }; throw 'no'";
        ConsoleResult result = await ConsoleProcess.RunAsync("-Command", Command);

        Assert.DoesNotContain("Busy", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
    }

    [Fact]
    public async Task A_prompt_fails_at_once_when_nobody_can_answer()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync("-NonInteractive", "-Command", "$Host.UI.ReadLine()");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("non-interactively", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_gets_its_arguments_and_gives_its_exit_code()
    {
        string script = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.ps1");
        await File.WriteAllTextAsync(script, "param([string] $Name, [int] $Count, [switch] $Loud) \"$Name $Count $Loud $args\"; if ($Loud) { exit 7 }");
        try
        {
            ConsoleResult quiet = await ConsoleProcess.RunAsync("-File", script, "-Name", "Ida", "-Count", "-3", "rest");
            ConsoleResult loud = await ConsoleProcess.RunAsync("-File", script, "-Loud");

            Assert.Equal((0, "Ida -3 False rest"), (quiet.ExitCode, quiet.Output.Trim()));
            Assert.Equal((7, "0 True"), (loud.ExitCode, loud.Output.Trim()));
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task Redirected_standard_input_is_run_line_by_line_until_exit()
    {
        ConsoleResult result = await ConsoleProcess.RunWithInputAsync("$a = 4\nforeach ($i in 1..2) {\n\"$i $a\"\n}\nexit 5\n'never'\n");

        Assert.Equal(5, result.ExitCode);
        Assert.Equal(["1 4", "2 4"], result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("-Frobnicate", "Unknown option")]
    [InlineData("Get-Help", "is not an option")]
    [InlineData("-Command", "needs a value")]
    [InlineData("-No", "ambiguous")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_gives_64(string argument, string expected)
    {
        ConsoleResult result = await ConsoleProcess.RunAsync(argument);

        Assert.Equal(64, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_a_running_pipeline_promptly(string signal, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        using Process process = ConsoleProcess.Start("SmartFhir.Console", ["-Command", "'running'; while ($true) { }"]);
        try
        {
            Assert.Equal("running", await process.StandardOutput.ReadLineAsync());
            var watch = Stopwatch.StartNew();
            await ConsoleProcess.SignalAsync(process, signal);
            await ConsoleProcess.EndAsync(process);

            Assert.Equal(expected, process.ExitCode);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
        finally
        {
            process.Kill();
        }
    }
}
