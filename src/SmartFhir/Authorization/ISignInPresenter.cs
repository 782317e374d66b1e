namespace SmartFhir.Authorization;

/// <summary>How a sign-in talks to the person. The caller decides where that is shown; nothing of it belongs on an output stream.</summary>
public interface ISignInPresenter
{
    /// <summary>The browser is open (or about to be).</summary>
    /// <param name="redirectUri">The redirect address that must be registered.</param>
    void ShowRedirect(Uri redirectUri);

    /// <summary>An EHR launch is awaited.</summary>
    /// <param name="launchUri">The launch URL that must be registered.</param>
    void ShowLaunch(Uri launchUri);

    /// <summary>The person must open this URL.</summary>
    /// <param name="uri">The URL.</param>
    /// <param name="canPaste">True when the address that the browser ends at can be pasted here.</param>
    void ShowUrl(Uri uri, bool canPaste);

    /// <summary>The person must sign in on another device with this code.</summary>
    void ShowDeviceCode(DeviceCodePrompt prompt);

    /// <summary>Called about once a second while the sign-in is awaited.</summary>
    /// <param name="remaining">The time left.</param>
    void ShowWaiting(TimeSpan remaining);

    /// <summary>
    /// The address that the person pastes. Completes with null when there is nothing to read from (the end of input);
    /// never completes when this presenter cannot read.
    /// </summary>
    Task<string?> ReadPastedAddressAsync(CancellationToken cancellationToken);

    /// <summary>The person pasted something unusable and may try again.</summary>
    void ShowPasteProblem(string problem);
}
