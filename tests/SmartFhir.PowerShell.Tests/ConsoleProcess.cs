using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SmartFhir.PowerShell.Tests;

/// <summary>Runs the programs of the source tree as a user does: as processes of their own, with redirected streams.</summary>
internal static class ConsoleProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The folder that holds SmartFhir.psd1.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs the console to its end.</summary>
    public static Task<ConsoleResult> RunAsync(params string[] arguments) => RunProgramAsync("SmartFhir.Console", arguments);

    /// <summary>Runs the console with lines on its standard input.</summary>
    public static Task<ConsoleResult> RunWithInputAsync(string input, params string[] arguments) => RunProgramAsync("SmartFhir.Console", arguments, input);

    /// <summary>Runs a program of src/ to its end.</summary>
    public static async Task<ConsoleResult> RunProgramAsync(string project, IReadOnlyList<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(project, arguments, environment);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await EndAsync(process);
        return new ConsoleResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program of src/; the caller ends it.</summary>
    public static Process Start(string project, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Assembly(project));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for the end; a process that does not come to it is killed and fails the test.</summary>
    public static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException cancelled)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("The process did not end by itself.", cancelled);
        }
    }

    /// <summary>Sends a signal, as kill(1) does.</summary>
    public static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Tests are built beside the programs, in the same configuration.</summary>
    public static string Assembly(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name, project + ".dll");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartFhir.psd1")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No SmartFhir.psd1 above the tests.");
        }

        return folder.FullName;
    }
}

/// <summary>What a process left behind.</summary>
internal sealed record ConsoleResult(int ExitCode, string Output, string Error);
