using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using SmartFhir.PowerShell.Sessions;

namespace SmartFhir.PowerShell.Pipeline;

/// <summary>
/// Base of the cmdlets: runs asynchronous work away from the pipeline thread and does what that work wants of the pipeline on it.
/// Ctrl+C, and a <c>Select-Object -First</c> further down, cancel the work at once.
/// </summary>
public abstract class SmartCmdlet : PSCmdlet, IDisposable
{
    private const int QueueLength = 64;

    private readonly CancellationTokenSource _stop = new();

    /// <summary>The sessions of this runspace. Only on the pipeline thread.</summary>
    internal static SessionTable SessionTable => SessionTable.For(Runspace.DefaultRunspace);

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs <paramref name="work"/> and, until it ends, everything that it sends to the pipeline.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped.</exception>
    internal void Run(Func<PipelineWriter, CancellationToken, Task> work)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var queue = new BlockingCollection<Action<SmartCmdlet>>(QueueLength);
        var writer = new PipelineWriter(queue, stop.Token);
        Task running = Task.Run(() => WorkAsync(work, writer, queue, stop.Token), CancellationToken.None);
        try
        {
            foreach (Action<SmartCmdlet> action in queue.GetConsumingEnumerable(_stop.Token))
            {
                action(this);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Waited for below.
        }
        catch
        {
            // A write failed, or somebody further down has had enough: the work must not go on behind the prompt.
            stop.Cancel();
            Await(running);
            throw;
        }

        if (_stop.IsCancellationRequested)
        {
            Await(running);
            throw new PipelineStoppedException();
        }

        running.GetAwaiter().GetResult();
    }

    /// <summary>Ends the cmdlet with the failure.</summary>
    internal void Fail(SmartException exception, object? target = null) => ThrowTerminatingError(ErrorRecords.From(exception, target));

    /// <summary>Where a relative path of the caller leads.</summary>
    internal string ResolvePath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private static async Task WorkAsync(
        Func<PipelineWriter, CancellationToken, Task> work, PipelineWriter writer, BlockingCollection<Action<SmartCmdlet>> queue, CancellationToken cancellationToken)
    {
        try
        {
            await work(writer, cancellationToken);
        }
        finally
        {
            queue.CompleteAdding();
        }
    }

    private static void Await(Task running)
    {
        try
        {
            running.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is OperationCanceledException or SmartException)
        {
            // The pipeline ends for another reason, which is the one to tell.
        }
    }
}
