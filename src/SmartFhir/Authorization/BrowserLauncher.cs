using System.ComponentModel;
using System.Diagnostics;

namespace SmartFhir.Authorization;

/// <summary>Opens a URL where the person can see it.</summary>
public interface IBrowser
{
    /// <summary>Opens the URL. Returns false when there is no browser to open it with.</summary>
    bool TryOpen(Uri uri);
}

/// <summary>
/// The person's own browser (RFC 8252 section 5), or the program that <c>$env:BROWSER</c> names. Only http and https URLs are opened,
/// and always as one argument of a process, never as a part of a command line.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="log">Called with lines for the verbose stream.</param>
public sealed class BrowserLauncher(Func<string, string?> environment, Action<string> log) : IBrowser
{
    private static readonly string[] UnixOpeners = ["xdg-open", "gio", "sensible-browser", "x-www-browser"];

    /// <summary>Creates a launcher for this process's environment.</summary>
    /// <param name="log">Called with lines for the verbose stream.</param>
    public BrowserLauncher(Action<string> log)
        : this(Environment.GetEnvironmentVariable, log)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.BrowserFailed"/> for a URL that is neither http nor https.</exception>
    public bool TryOpen(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https"))
        {
            throw new SmartException(SmartErrorCode.BrowserFailed, $"A URL with the scheme '{uri.Scheme}' is not opened in a browser.", uri);
        }

        return Commands(uri.AbsoluteUri).Any(TryStart);
    }

    /// <summary>What to try, in order.</summary>
    internal IEnumerable<ProcessStartInfo> Commands(string url)
    {
        if (environment("BROWSER") is { Length: > 0 } named)
        {
            char separator = OperatingSystem.IsWindows() ? ';' : ':';
            foreach (string entry in named.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                yield return FromVariable(entry, url);
            }

            yield break;
        }

        if (OperatingSystem.IsWindows())
        {
            yield return new ProcessStartInfo(url) { UseShellExecute = true };
        }
        else if (OperatingSystem.IsMacOS())
        {
            yield return Program("open", url);
        }
        else
        {
            foreach (ProcessStartInfo command in LinuxCommands(url))
            {
                yield return command;
            }
        }
    }

    private IEnumerable<ProcessStartInfo> LinuxCommands(string url)
    {
        if (environment("WSL_DISTRO_NAME") is { Length: > 0 })
        {
            yield return Program("wslview", url);
        }

        // Without a display the openers start a text browser in the middle of the terminal, or nothing at all.
        if (environment("DISPLAY") is { Length: > 0 } || environment("WAYLAND_DISPLAY") is { Length: > 0 })
        {
            foreach (string opener in UnixOpeners)
            {
                yield return opener == "gio" ? Program(opener, "open", url) : Program(opener, url);
            }
        }
    }

    /// <summary><c>$env:BROWSER</c>: a program, with <c>%s</c> for the URL or the URL at the end.</summary>
    private static ProcessStartInfo FromVariable(string entry, string url)
    {
        // A path with spaces is one program; otherwise the words behind the first are its arguments.
        string[] words = File.Exists(entry) ? [entry] : entry.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments = words.Skip(1).Any(word => word.Contains("%s", StringComparison.Ordinal))
            ? [.. words.Skip(1).Select(word => word.Replace("%s", url, StringComparison.Ordinal))]
            : [.. words.Skip(1), url];
        return Program(words[0], arguments);
    }

    private static ProcessStartInfo Program(string name, params string[] arguments) => new(name, arguments)
    {
        UseShellExecute = false,

        // A browser that writes to the terminal would write into the person's prompt.
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    };

    private bool TryStart(ProcessStartInfo command)
    {
        try
        {
            Process? process = Process.Start(command);
            if (process is not null && command.RedirectStandardOutput)
            {
                Detach(process);
            }

            log($"Opened the browser with {Path.GetFileName(command.FileName.StartsWith("http", StringComparison.Ordinal) ? "the system's default" : command.FileName)}.");
            return true;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Reads and drops what the browser writes: it must neither reach the terminal nor fill a pipe that nobody reads.</summary>
    private static void Detach(Process process)
    {
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => process.Dispose();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
