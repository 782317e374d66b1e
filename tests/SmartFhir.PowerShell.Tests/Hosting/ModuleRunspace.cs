using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Engine = System.Management.Automation.PowerShell;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>A real runspace of the real engine with the module imported from the source tree, as a host of one's own has it.</summary>
internal sealed class ModuleRunspace : IDisposable
{
    public static string Manifest { get; } = Path.Combine(ConsoleProcess.Root, "SmartFhir.psd1");

    public ModuleRunspace(bool import = true)
    {
        Runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        Runspace.Open();
        if (import)
        {
            ScriptResult result = Invoke($"Import-Module '{Manifest}'");
            Assert.Empty(result.Errors);
        }
    }

    public Runspace Runspace { get; }

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
