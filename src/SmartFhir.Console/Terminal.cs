using System.Management.Automation;
using System.Management.Automation.Internal;

namespace SmartFhir.Hosting;

/// <summary>
/// The three streams of the process and what they can do: output on standard output, everything that is said to a person on
/// standard error, colours and progress only where a terminal shows them and NO_COLOR does not forbid it.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ProgressLine? _progress;

    public Terminal(bool nonInteractive)
    {
        bool colourAllowed = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
        ColourOutput = colourAllowed && !Console.IsOutputRedirected;
        ColourError = colourAllowed && !Console.IsErrorRedirected;
        CanAsk = !nonInteractive && !Console.IsInputRedirected;
        _progress = Console.IsErrorRedirected ? null : new ProgressLine(Console.Error, () => Width);

        // What the engine's formatter decorates is cut off again below where it must not show; this spares the work and
        // keeps $PSStyle true for scripts that ask it.
        PSStyle.Instance.OutputRendering = ColourOutput ? OutputRendering.Host : OutputRendering.PlainText;
    }

    /// <summary>Escape sequences may go to standard output.</summary>
    public bool ColourOutput { get; }

    /// <summary>Escape sequences may go to standard error.</summary>
    public bool ColourError { get; }

    /// <summary>There is a person who can answer.</summary>
    public bool CanAsk { get; }

    /// <summary>The commands that were looked for in vain.</summary>
    public MissingCommands MissingCommands { get; } = new();

    /// <summary>Columns of the terminal; 120, as in pwsh, when output goes elsewhere.</summary>
    public static int Width
    {
        get
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0)
            {
                return columns;
            }

            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 120 : Console.WindowWidth;
        }
    }

    /// <summary>Writes to standard output.</summary>
    public void Output(string text)
    {
        lock (_gate)
        {
            _progress?.Hide();
            Console.Out.Write(ColourOutput ? text : Plain(text));
        }
    }

    /// <summary>Writes one line of an error.</summary>
    public void Error(string message)
    {
        MissingCommands.Printed(Plain(message));
        Line(message, PSStyle.Instance.Formatting.Error);
    }

    /// <summary>A command line is over: takes the progress away and says which of the commands that it missed pwsh has.</summary>
    public void EndCommand()
    {
        EndProgress();
        foreach (string hint in MissingCommands.TakeHints())
        {
            Line(hint, PSStyle.Instance.Formatting.Warning);
        }
    }

    /// <summary>Writes a line to standard error in the given colour.</summary>
    public void Line(string message, string colour)
    {
        lock (_gate)
        {
            _progress?.Hide();
            bool decorate = ColourError && !message.Contains('\u001b', StringComparison.Ordinal);
            string text = decorate ? $"{colour}{message}{PSStyle.Instance.Reset}" : message;
            Console.Error.WriteLine(ColourError ? text : Plain(text));
        }
    }

    /// <summary>Writes a question to standard error, without ending the line.</summary>
    public void Ask(string text)
    {
        lock (_gate)
        {
            _progress?.Hide();
            Console.Error.Write(ColourError ? text : Plain(text));
        }
    }

    /// <summary>Shows progress where a terminal shows it.</summary>
    public void Progress(ProgressRecord record)
    {
        lock (_gate)
        {
            _progress?.Show(record);
        }
    }

    /// <summary>Takes the progress line away.</summary>
    public void EndProgress()
    {
        lock (_gate)
        {
            _progress?.Hide();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndProgress();
        Console.Out.Flush();
    }

    private static string Plain(string text) => new StringDecorated(text).ToString(OutputRendering.PlainText);
}
