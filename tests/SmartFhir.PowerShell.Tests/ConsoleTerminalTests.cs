using System.Diagnostics;

namespace SmartFhir.PowerShell.Tests;

/// <summary>The console on a terminal, which util-linux's script(1) lends.</summary>
public sealed class ConsoleTerminalTests
{
    [Fact]
    public async Task A_terminal_shows_colours_and_one_line_of_progress()
    {
        string screen = await RunOnTerminalAsync(noColor: "");

        Assert.Contains("\u001b[32;1ma", screen, StringComparison.Ordinal);
        Assert.Contains("\rBusy: half 50%\u001b[K", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NO_COLOR_takes_the_colours_away()
    {
        string screen = await RunOnTerminalAsync(noColor: "1");

        Assert.DoesNotContain("\u001b[32;1m", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[33;1m", screen, StringComparison.Ordinal);
        Assert.Contains("WARNING: careful", screen, StringComparison.Ordinal);
    }

    private static async Task<string> RunOnTerminalAsync(string noColor)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "Needs script(1) of util-linux for a terminal (Debian: bsdutils).");
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.ps1");
        await File.WriteAllTextAsync(file, """
            [CmdletBinding()] param()
            $record = [Management.Automation.ProgressRecord]::new(1, 'Busy', 'half')
            $record.PercentComplete = 50
            $PSCmdlet.WriteProgress($record)
            $PSCmdlet.WriteWarning('careful')
            [pscustomobject]@{ a = 1 }
            """);
        try
        {
            var start = new ProcessStartInfo("/usr/bin/script")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            start.ArgumentList.Add("-qec");
            start.ArgumentList.Add($"dotnet '{ConsoleProcess.Assembly("SmartFhir.Console")}' -File '{file}'");
            start.ArgumentList.Add("/dev/null");
            start.Environment["TERM"] = "xterm";
            start.Environment["NO_COLOR"] = noColor;
            using Process process = Process.Start(start)!;
            Task<string> screen = process.StandardOutput.ReadToEndAsync();
            await ConsoleProcess.EndAsync(process);
            return await screen;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
