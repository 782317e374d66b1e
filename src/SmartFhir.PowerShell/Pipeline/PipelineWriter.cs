using System.Collections.Concurrent;
using System.Management.Automation;

namespace SmartFhir.PowerShell.Pipeline;

/// <summary>How asynchronous work reaches the pipeline: what it sends is done on the pipeline thread, in order. It waits while the pipeline is behind.</summary>
internal sealed class PipelineWriter(BlockingCollection<Action<SmartCmdlet>> queue, CancellationToken cancellationToken)
{
    public void Object(object value) => Send(cmdlet => cmdlet.WriteObject(value));

    public void Verbose(string text) => Send(cmdlet => cmdlet.WriteVerbose(text));

    public void Warning(string text) => Send(cmdlet => cmdlet.WriteWarning(text));

    public void Error(ErrorRecord record) => Send(cmdlet => cmdlet.WriteError(record));

    public void Progress(ProgressRecord record) => Send(cmdlet => cmdlet.WriteProgress(record));

    /// <summary>Text for the person at the terminal, as Write-Host does it: never on the output stream.</summary>
    public void Host(string text) => Send(cmdlet => cmdlet.WriteInformation(new HostInformationMessage { Message = text }, ["PSHOST"]));

    public void Send(Action<SmartCmdlet> action) => queue.Add(action, cancellationToken);

    /// <summary>Does something on the pipeline thread and gives back what it gives.</summary>
    public Task<T> InvokeAsync<T>(Func<SmartCmdlet, T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(cmdlet =>
        {
            try
            {
                result.SetResult(function(cmdlet));
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;
    }
}
