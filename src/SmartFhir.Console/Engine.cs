using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SmartFhir.Hosting;

/// <summary>One runspace with the module in it: runs scripts, prints what they give, and keeps the exit code.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Terminal _terminal;
    private readonly Runspace _runspace;
    private readonly Lock _gate = new();
    private Pipeline? _running;
    private int? _requestedExit;
    private bool _interrupted;

    public Engine(Terminal terminal)
    {
        _terminal = terminal;
        var host = new TerminalHost(terminal, code => _requestedExit = code);

        // CreateDefault2: the engine package has no snap-ins, which the plain default would ask for.
        _runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
    }

    /// <summary>What the process should return as things stand.</summary>
    public int ExitCode { get; private set; }

    /// <summary>A script said <c>exit</c>, or a signal did.</summary>
    public bool ShouldExit => _requestedExit is not null;

    /// <summary>The runspace, for completion.</summary>
    public Runspace Runspace => _runspace;

    /// <summary>Opens the runspace and imports the module; false, with the reason printed, when it cannot be imported.</summary>
    public bool Open(string manifest)
    {
        _runspace.Open();
        _runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction = (_, lookup) => _terminal.MissingCommands.NotFound(lookup.CommandName);
        Run($"Import-Module -Name '{manifest.Replace("'", "''", StringComparison.Ordinal)}' -ErrorAction Stop");
        return ExitCode == Hosting.ExitCode.Success;
    }

    /// <summary>Runs commands as <c>pwsh -Command</c> does: exit code 1 after a terminating error or when <c>$?</c> is false at the end.</summary>
    public void Run(string script)
    {
        // The engine keeps $? of a pipeline for the next one only when the pipeline goes into the history.
        using Pipeline pipeline = _runspace.CreatePipeline(script, addToHistory: true);
        bool completed = Execute(pipeline);
        SetExitCode(completed && LastCommandSucceeded());
    }

    /// <summary>
    /// Runs a script file as <c>pwsh -File</c> does: exit code 1 only after a terminating error. Arguments that start with a dash
    /// are parameter names; <c>-Name:value</c> and <c>-Switch:$false</c> work too.
    /// </summary>
    public void RunFile(string path, IReadOnlyList<string> arguments)
    {
        string script = Path.GetFullPath(path);
        if (!File.Exists(script))
        {
            _terminal.Error($"There is no script at '{path}'.");
            ExitCode = Hosting.ExitCode.Usage;
            return;
        }

        var command = new Command(script, isScript: false, useLocalScope: false);
        foreach (CommandParameter parameter in ScriptArguments.ToParameters(arguments))
        {
            command.Parameters.Add(parameter);
        }

        using Pipeline pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        bool completed = Execute(pipeline);
        if (completed && _requestedExit is null && _runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int code)
        {
            // 'exit n' inside a script file ends the file, not the host, and leaves its code here.
            _requestedExit = code;
        }

        SetExitCode(completed);
    }

    /// <summary>Runs a script without printing and gives its output; empty when it fails.</summary>
    public IReadOnlyList<PSObject> Evaluate(string script)
    {
        try
        {
            using Pipeline pipeline = _runspace.CreatePipeline(script);
            return pipeline.Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
    }

    /// <summary>Ctrl+C. True when a pipeline is now being stopped; false when there is none, or when it was asked before and did not stop.</summary>
    public bool Cancel()
    {
        lock (_gate)
        {
            if (_running is null || _interrupted)
            {
                return false;
            }

            _interrupted = true;
            _running.StopAsync();
            return true;
        }
    }

    /// <summary>Another process wants this one to end. True when the running pipeline is now being stopped and <see cref="ExitCode"/> will say why.</summary>
    public bool Terminate(int exitCode)
    {
        _requestedExit = exitCode;
        return Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();

    private bool Execute(Pipeline pipeline)
    {
        var output = new Command("Out-Default", isScript: false, useLocalScope: true)
        {
            // Errors in the order in which they happened between the output, formatted by the engine.
            MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
        };
        pipeline.Commands.Add(output);
        lock (_gate)
        {
            _running = pipeline;
            _interrupted = false;
        }

        try
        {
            pipeline.Input.Close();
            pipeline.Invoke();
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException failure)
        {
            Report(failure);
            return false;
        }
        finally
        {
            lock (_gate)
            {
                _running = null;
            }

            _terminal.EndCommand();
        }
    }

    /// <summary>Prints a terminating error in the engine's own view, message and remedy.</summary>
    private void Report(RuntimeException failure)
    {
        if (failure is ParseException)
        {
            // The engine's view shows a syntax error by its place in a script that has run, and this one has not.
            _terminal.Error("ParserError: " + failure.Message);
            return;
        }

        try
        {
            // An ErrorRecord that is passed on as input would be taken for output: it has to be written as an error again.
            using Pipeline pipeline = _runspace.CreatePipeline("[CmdletBinding()] param($failure) $PSCmdlet.WriteError($failure)");
            pipeline.Commands[0].Parameters.Add("failure", failure.ErrorRecord);
            var output = new Command("Out-Default") { MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output };
            pipeline.Commands.Add(output);
            pipeline.Invoke();
        }
        catch (RuntimeException)
        {
            _terminal.Error(failure.Message);
        }
    }

    private bool LastCommandSucceeded() => Evaluate("$global:?") is not [{ BaseObject: false }];

    private void SetExitCode(bool succeeded) =>
        ExitCode = _requestedExit ?? (succeeded ? Hosting.ExitCode.Success : _interrupted ? Hosting.ExitCode.Interrupted : Hosting.ExitCode.Failure);
}
