using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using SmartFhir.Authorization;
using SmartFhir.PowerShell.Pipeline;

namespace SmartFhir.PowerShell.SignIn;

/// <summary>
/// Talks to the person through the host. A pasted address is read key by key where the host can tell whether a key is waiting, so that
/// nothing is left reading the terminal when the browser brings the answer first.
/// </summary>
/// <param name="writer">The way to the pipeline.</param>
/// <param name="timeout">The time that the person has in all.</param>
internal sealed class PipelinePresenter(PipelineWriter writer, TimeSpan timeout) : ISignInPresenter
{
    private const int ActivityId = 0x5F41;
    private const string Activity = "Waiting for the sign-in in the browser";

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(40);

    public void ShowRedirect(Uri redirectUri) => writer.Verbose($"Redirect address (must be registered for the client): {redirectUri.OriginalString}");

    public void ShowLaunch(Uri launchUri) => writer.Host($"Waiting for the EHR to launch the app at {launchUri.OriginalString}");

    public void ShowDeviceCode(DeviceCodePrompt prompt) => writer.Host(
        $"{Environment.NewLine}Open {prompt.VerificationUri.AbsoluteUri} in any browser and enter the code:{Environment.NewLine}{Environment.NewLine}  {prompt.UserCode}{Environment.NewLine}"
        + (prompt.VerificationUriComplete is { } complete ? $"{Environment.NewLine}Or open {complete.AbsoluteUri}, which has the code in it.{Environment.NewLine}" : ""));

    public void ShowUrl(Uri uri, bool canPaste) => writer.Host(
        $"{Environment.NewLine}Open this address in a browser and sign in:{Environment.NewLine}{Environment.NewLine}  {uri.AbsoluteUri}{Environment.NewLine}"
        + (canPaste ? $"{Environment.NewLine}Then paste the address that the browser ends at here and press Enter (not needed if the browser runs on this machine):" : ""));

    public void ShowWaiting(TimeSpan remaining) => writer.Progress(new ProgressRecord(ActivityId, Activity, "Ctrl+C to cancel")
    {
        SecondsRemaining = (int)Math.Ceiling(remaining.TotalSeconds),
        PercentComplete = (int)Math.Clamp(100 - (100 * remaining / timeout), 0, 100),
        CurrentOperation = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(remaining.TotalSeconds)} seconds left"),
    });

    public void ShowPasteProblem(string problem) => writer.Warning(problem);

    /// <summary>Takes the progress bar away.</summary>
    public static ProgressRecord Completed() => new(ActivityId, Activity, "Done") { RecordType = ProgressRecordType.Completed };

    public async Task<string?> ReadPastedAddressAsync(CancellationToken cancellationToken)
    {
        PSHost host = await writer.InvokeAsync(cmdlet => cmdlet.CommandRuntime.Host);
        if (!await writer.InvokeAsync(_ => CanPollKeys(host)))
        {
            // Not on the pipeline thread, which has to stay free. The host's console reads from any thread.
            return await Task.Run(() => ReadLine(host), cancellationToken).WaitAsync(cancellationToken);
        }

        var line = new StringBuilder();
        while (true)
        {
            if (await writer.InvokeAsync(_ => ReadWaitingKeys(host, line)))
            {
                writer.Host("");
                return line.ToString();
            }

            await Task.Delay(KeyInterval, cancellationToken);
        }
    }

    private static bool CanPollKeys(PSHost host)
    {
        try
        {
            _ = host.UI.RawUI.KeyAvailable;
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or HostException or NotImplementedException or NotSupportedException or PSNotImplementedException)
        {
            return false;
        }
    }

    /// <returns>True when Enter was among the keys.</returns>
    private static bool ReadWaitingKeys(PSHost host, StringBuilder line)
    {
        while (host.UI.RawUI.KeyAvailable)
        {
            KeyInfo key = host.UI.RawUI.ReadKey(ReadKeyOptions.NoEcho | ReadKeyOptions.IncludeKeyDown);
            switch (key.Character)
            {
                case '\r' or '\n':
                    if (line.Length > 0)
                    {
                        return true;
                    }

                    break;
                case '\b' or '\u007f':
                    line.Length = Math.Max(0, line.Length - 1);
                    break;
                case '\0':
                    break;
                default:
                    line.Append(key.Character);
                    break;
            }
        }

        return false;
    }

    private static string? ReadLine(PSHost host)
    {
        try
        {
            return host.UI.ReadLine();
        }
        catch (Exception exception) when (exception is HostException or PSInvalidOperationException or NotImplementedException or PSNotImplementedException or InvalidOperationException)
        {
            return null;
        }
    }
}
