using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Interop;

/// <summary>npm's oidc-provider as a child process. Installs it on first use; says so where node or npm is missing.</summary>
internal sealed class OidcProviderProcess : IDisposable
{
    private readonly Process _process;

    private OidcProviderProcess(Process process, string fhirBase)
    {
        _process = process;
        FhirBase = fhirBase;
    }

    public string FhirBase { get; }

    public static async Task<OidcProviderProcess> StartAsync(int accessTokenSeconds, CancellationToken cancellationToken)
    {
        string folder = Repository.PathOf("tests", "SmartFhir.Tests", "Interop", "oidc-provider");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "oidc-provider")))
        {
            using Process npm = Start("npm", folder, ["ci", "--no-audit", "--no-fund"], []);
            string errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            Assert.True(npm.ExitCode == 0, $"npm ci failed: {errors}");
        }

        Process process = Start("node", folder, ["server.mjs"], [new("ACCESS_TOKEN_TTL", accessTokenSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string ready = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("oidc-provider did not start.");
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        using JsonDocument document = JsonDocument.Parse(ready);
        return new OidcProviderProcess(process, document.RootElement.GetProperty("fhirBase").GetString()!);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process Start(string program, string folder, string[] arguments, KeyValuePair<string, string>[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip($"'{program}' is not installed: the interoperability tests need Node.js with npm.");
            throw;
        }
    }
}
