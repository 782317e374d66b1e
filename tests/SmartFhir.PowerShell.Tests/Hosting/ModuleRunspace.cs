using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Engine = System.Management.Automation.PowerShell;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>A real runspace of the real engine with the module imported from the source tree, as a host of one's own has it.</summary>
internal sealed class ModuleRunspace : IDisposable
{
    public static string Manifest { get; } = Path.Combine(ConsoleProcess.Root, "SmartFhir.psd1");

    /// <summary>Opens the runspace, beside older versions of the module's libraries.</summary>
    /// <param name="import">False leaves the import to the test.</param>
    /// <param name="before">A script that runs before the import: what a user's profile has set.</param>
    public ModuleRunspace(bool import = true, string? before = null)
    {
        OlderNeighbours.Load();
        Runspace = RunspaceFactory.CreateRunspace(Host, InitialSessionState.CreateDefault2());
        Runspace.Open();
        if (before is not null)
        {
            Run(before);
        }

        if (import)
        {
            ScriptResult result = Invoke($"Import-Module '{Manifest}'");
            Assert.Empty(result.Errors);
        }
    }

    /// <summary>The folder with the module's assemblies.</summary>
    public static string Bin { get; } = Path.Combine(ConsoleProcess.Root, "module", "bin", "net8.0");

    public Runspace Runspace { get; }

    /// <summary>The screen that Out-Default writes to.</summary>
    public CapturingHost Host { get; } = new();

    /// <summary>Runs a script to its end; a terminating error becomes the last error.</summary>
    public ScriptResult Invoke(string script, params object?[] arguments)
    {
        using var engine = Engine.Create(Runspace);
        engine.AddScript(script);
        foreach (object? argument in arguments)
        {
            engine.AddArgument(argument);
        }

        Collection<PSObject> output = [];
        var errors = new List<ErrorRecord>();
        try
        {
            output = engine.Invoke();
            errors.AddRange(engine.Streams.Error);
        }
        catch (RuntimeException exception)
        {
            errors.AddRange(engine.Streams.Error);
            errors.Add(exception.ErrorRecord);
        }

        return new ScriptResult(
            output,
            errors,
            [.. engine.Streams.Warning.Select(record => record.Message)],
            [.. engine.Streams.Verbose.Select(record => record.Message)],
            [.. engine.Streams.Debug.Select(record => record.Message)],
            [.. engine.Streams.Information.Select(record => record.ToString())],
            [.. engine.Streams.Progress]);
    }

    /// <summary>The output of a script that must not fail.</summary>
    public IReadOnlyList<PSObject> Run(string script, params object?[] arguments)
    {
        ScriptResult result = Invoke(script, arguments);
        Assert.True(result.Errors.Count == 0, string.Join(Environment.NewLine, result.Errors));
        return result.Output;
    }

    /// <summary>The one object that a script writes, which must not fail.</summary>
    public PSObject One(string script, params object?[] arguments) => Assert.Single(Run(script, arguments));

    /// <summary>The one value of a type that a script writes, which must not fail.</summary>
    public T Value<T>(string script, params object?[] arguments) => Assert.IsType<T>(One(script, arguments).BaseObject);

    /// <summary>What a person sees of the output of a script, which must not fail.</summary>
    public string Show(string script, params object?[] arguments)
    {
        Host.Clear();
        Run($"& {{ {script} }} @args | Out-Default", arguments);
        return Host.Text;
    }

    public void Dispose()
    {
        Invoke("Get-SmartSession | Disconnect-SmartFhir; Stop-SmartFhirSandbox");
        Runspace.Dispose();
    }
}

/// <summary>What a script left behind.</summary>
internal sealed record ScriptResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Debug,
    IReadOnlyList<string> Information,
    IReadOnlyList<ProgressRecord> Progress)
{
    /// <summary>The one error, by its stable id.</summary>
    public ErrorRecord SingleError(string id)
    {
        ErrorRecord error = Assert.Single(Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        return error;
    }
}
