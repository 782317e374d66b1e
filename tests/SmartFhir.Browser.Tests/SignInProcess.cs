using System.Diagnostics;
using SmartFhir.PowerShell.Tests;

namespace SmartFhir.Browser.Tests;

/// <summary>
/// The console with Connect-SmartFhir in it, as a person starts it. <c>$env:BROWSER</c> is a program that writes down the address it is
/// given, so that the test can open it in a browser that it holds.
/// </summary>
internal sealed class SignInProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _addressFile;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private SignInProcess(string folder, string addressFile, Process process)
    {
        _folder = folder;
        _addressFile = addressFile;
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public static SignInProcess Start(string command)
    {
        string folder = Directory.CreateTempSubdirectory("smartfhir-signin-").FullName;
        string address = Path.Combine(folder, "address");
        string browser = Path.Combine(folder, "browser");
        File.WriteAllText(browser, $"printf '%s' \"$1\" > '{address}.part' && mv '{address}.part' '{address}'\n");
        Process process = ConsoleProcess.Start("SmartFhir.Console", ["-Command", command], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BROWSER"] = $"sh {browser}",
            ["XDG_DATA_HOME"] = folder,
        });
        return new SignInProcess(folder, address, process);
    }

    /// <summary>The address that the browser was to open.</summary>
    public async Task<string> AddressAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!File.Exists(_addressFile))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The console ended before it opened a browser. {await _output} {await _error}");
            }

            await Task.Delay(50, limit.Token);
        }

        return await File.ReadAllTextAsync(_addressFile, limit.Token);
    }

    public async Task<ConsoleResult> EndAsync()
    {
        _process.StandardInput.Close();
        await ConsoleProcess.EndAsync(_process);
        return new ConsoleResult(_process.ExitCode, await _output, await _error);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
