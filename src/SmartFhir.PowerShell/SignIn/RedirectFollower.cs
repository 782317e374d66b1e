using SmartFhir.Authorization;

namespace SmartFhir.PowerShell.SignIn;

/// <summary>
/// Stands in for a browser at a sandbox that approves by itself: follows the redirects from the authorization endpoint to the
/// listener, as a browser would.
/// </summary>
/// <param name="log">Called with lines for the verbose stream.</param>
internal sealed class RedirectFollower(Action<string> log) : IBrowser
{
    public bool TryOpen(Uri uri)
    {
        _ = FollowAsync(uri);
        log("The sandbox approves by itself: no browser is needed.");
        return true;
    }

    private static async Task FollowAsync(Uri uri)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = 10 }) { Timeout = TimeSpan.FromSeconds(60) };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(uri);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // The wait for the answer ends with its own message.
        }
    }
}
