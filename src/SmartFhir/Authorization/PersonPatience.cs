namespace SmartFhir.Authorization;

/// <summary>Waits for something that a person does, shows the time left, and gives up when it is over.</summary>
/// <param name="limit">How long the person may take in all.</param>
/// <param name="presenter">Shows the time left.</param>
/// <param name="time">The clock.</param>
internal sealed class PersonPatience(TimeSpan limit, ISignInPresenter presenter, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>The time left; not positive when it is over.</summary>
    public TimeSpan Remaining => limit - time.GetElapsedTime(_start);

    /// <summary>The first of the tasks that ends; null when the time is over before.</summary>
    public async Task<Task?> WhenAnyAsync(IReadOnlyCollection<Task> tasks, CancellationToken cancellationToken)
    {
        while (Remaining is { Ticks: > 0 } remaining)
        {
            presenter.ShowWaiting(remaining);
            TimeSpan tick = remaining < TimeSpan.FromSeconds(1) ? remaining : TimeSpan.FromSeconds(1);
            Task first = await Task.WhenAny([.. tasks, Task.Delay(tick, time, cancellationToken)]);
            cancellationToken.ThrowIfCancellationRequested();
            if (tasks.Contains(first))
            {
                return first;
            }
        }

        return null;
    }
}
