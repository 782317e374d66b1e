using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace SmartFhir.PowerShell.Sandbox;

/// <summary>
/// The sandbox program as a child process. It ends when its standard input closes, so it cannot outlive the shell, however that ends.
/// </summary>
internal sealed class SandboxProcess : IDisposable
{
    private const int KeptErrorLines = 20;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private SandboxProcess(Process process, JsonElement ready, bool autoApprove)
    {
        _process = process;
        ProcessId = process.Id;
        FhirBase = ready.GetProperty("fhirBase").GetString()!;
        ClientId = ready.GetProperty("clients")[0].GetString()!;
        AutoApprove = autoApprove;
    }

    public int ProcessId { get; }

    public string FhirBase { get; }

    public string ClientId { get; }

    public bool AutoApprove { get; }

    public bool HasExited
    {
        get
        {
            try
            {
                return _process.HasExited;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }

    /// <summary>Starts the program and waits until it serves.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.SandboxFailed"/> or <see cref="SmartErrorCode.SandboxRuntimeMissing"/>.</exception>
    public static async Task<SandboxProcess> StartAsync(SandboxStart start, Action<string> log, CancellationToken cancellationToken)
    {
        string program = FindProgram();
        var errors = new Queue<string>();
        Process process = StartProcess(program, start);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            if (line is null)
            {
                await process.WaitForExitAsync(limit.Token);
                throw Failed(process.ExitCode, errors);
            }

            using JsonDocument ready = JsonDocument.Parse(line);
            var sandbox = new SandboxProcess(process, ready.RootElement, start.AutoApprove);
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            log($"The sandbox serves {sandbox.FhirBase} (process {sandbox.ProcessId}).");
            return sandbox;
        }
        catch (Exception exception)
        {
            Stop(process);
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as SmartException ?? new SmartException(
                SmartErrorCode.SandboxFailed,
                $"The sandbox did not start: {exception.Message} {string.Join(' ', errors)}".TrimEnd(),
                innerException: exception);
        }
    }

    /// <summary>Closes its input, which ends it; after a while it is killed by its id.</summary>
    public void Dispose() => Stop(_process);

    private static void Stop(Process process)
    {
        try
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(StopTimeout))
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or Win32Exception)
        {
            // It is gone already.
        }

        process.Dispose();
    }

    /// <summary>module/sandbox beside module/bin/net8.0.</summary>
    private static string FindProgram()
    {
        string bin = Path.GetDirectoryName(typeof(SandboxProcess).Assembly.Location)!;
        string program = Path.GetFullPath(Path.Combine(bin, "..", "..", "sandbox", "SmartFhir.Sandbox.dll"));
        return File.Exists(program) ? program : throw new SmartException(
            SmartErrorCode.SandboxFailed,
            $"The sandbox is not there: {program} is missing.",
            remedy: "In the source tree run 'dotnet build'; otherwise install the module again.");
    }

    private static Process StartProcess(string program, SandboxStart start)
    {
        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string dotnet = root is not null && File.Exists(Path.Combine(root, name)) ? Path.Combine(root, name) : name;
        try
        {
            return Process.Start(new ProcessStartInfo(dotnet, [program, .. start.ToArguments()])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw RuntimeMissing("The program 'dotnet' was not found.", exception);
        }
    }

    private static SmartException Failed(int exitCode, Queue<string> errors)
    {
        string said;
        lock (errors)
        {
            said = string.Join(Environment.NewLine, errors);
        }

        return said.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal) || said.Contains("install or update .NET", StringComparison.Ordinal)
            ? RuntimeMissing("The .NET runtime that the sandbox needs is not installed.", null)
            : new SmartException(SmartErrorCode.SandboxFailed, $"The sandbox ended with exit code {exitCode}. {said}".TrimEnd());
    }

    private static SmartException RuntimeMissing(string what, Exception? cause) => new(
        SmartErrorCode.SandboxRuntimeMissing,
        what,
        remedy: "The sandbox needs the ASP.NET Core runtime 10 (the .NET SDK 10 has it): https://dotnet.microsoft.com/download. Connecting to other servers works without it.",
        innerException: cause);

    private static void Keep(Queue<string> errors, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (errors)
        {
            errors.Enqueue(line);
            if (errors.Count > KeptErrorLines)
            {
                errors.Dequeue();
            }
        }
    }
}
