using SmartFhir.Authorization;

namespace SmartFhir.Tests.Support;

/// <summary>Remembers what a person would have been shown, and pastes what a test gives it.</summary>
internal sealed class SilentPresenter(params IEnumerable<string> pasted) : ISignInPresenter
{
    private readonly Queue<string> _pasted = new(pasted);

    public List<Uri> Redirects { get; } = [];

    public List<Uri> Urls { get; } = [];

    public List<string> Problems { get; } = [];

    public void ShowRedirect(Uri redirectUri) => Redirects.Add(redirectUri);

    public List<Uri> Launches { get; } = [];

    public void ShowLaunch(Uri launchUri) => Launches.Add(launchUri);

    public List<DeviceCodePrompt> DeviceCodes { get; } = [];

    public void ShowDeviceCode(DeviceCodePrompt prompt) => DeviceCodes.Add(prompt);

    public void ShowUrl(Uri uri, bool canPaste) => Urls.Add(uri);

    public void ShowWaiting(TimeSpan remaining)
    {
        // A test does not watch the clock.
    }

    public void ShowPasteProblem(string problem) => Problems.Add(problem);

    public async Task<string?> ReadPastedAddressAsync(CancellationToken cancellationToken)
    {
        if (_pasted.TryDequeue(out string? text))
        {
            return text;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return null;
    }
}
