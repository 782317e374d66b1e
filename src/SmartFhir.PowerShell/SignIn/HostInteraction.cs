using System.Management.Automation.Host;

namespace SmartFhir.PowerShell.SignIn;

/// <summary>Whether somebody is there to be asked.</summary>
internal static class HostInteraction
{
    /// <summary>False with <c>-NonInteractive</c>, in remote sessions and jobs, and in hosts without a user interface.</summary>
    public static bool IsInteractive(PSHost host) =>
        Environment.UserInteractive
        && host.Name is not ("Default Host" or "ServerRemoteHost")
        && !Environment.GetCommandLineArgs().Any(argument => argument.Length >= 5 && "-NonInteractive".StartsWith(argument, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when a person can see a browser of this machine: somebody is there, and there is a display or a browser of the person's choice.</summary>
    public static bool HasBrowser(PSHost host) =>
        IsInteractive(host)
        && (Environment.GetEnvironmentVariable("BROWSER") is { Length: > 0 }
            || OperatingSystem.IsWindows()
            || OperatingSystem.IsMacOS()
            || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 });
}
