using System.Management.Automation.Language;

namespace SmartFhir.Hosting;

/// <summary>Reads commands and runs them until the input ends or a command says <c>exit</c>.</summary>
/// <param name="engine">Runs them.</param>
/// <param name="terminal">Where the person sits; when standard input is redirected its lines are run without prompt and banner.</param>
/// <param name="showBanner">Greet the person.</param>
internal sealed class InteractiveLoop(Engine engine, Terminal terminal, bool showBanner)
{
    private const string ContinuationPrompt = ">> ";

    /// <summary>Runs the loop.</summary>
    public void Run()
    {
        bool redirected = Console.IsInputRedirected;
        if (showBanner && !redirected)
        {
            terminal.Output("SmartFhir in a small PowerShell host: engine only, no utility cmdlets. Its real home is pwsh: https://aka.ms/powershell" + Environment.NewLine);
            terminal.Output("Try: Connect-SmartFhir -Sandbox    Get-Help about_SmartFhir    exit" + Environment.NewLine);
        }

        var editor = redirected ? null : new LineEditor(terminal, new Completer(engine.Runspace));
        string pending = string.Empty;
        while (!engine.ShouldExit)
        {
            LineResult line = editor is null ? ReadPlain() : editor.Read(pending.Length == 0 ? Prompt() : ContinuationPrompt);
            if (line.Kind == LineKind.Cancelled)
            {
                pending = string.Empty;
                continue;
            }

            bool ended = line.Kind == LineKind.EndOfInput;
            pending = pending.Length == 0 ? line.Text : pending + Environment.NewLine + line.Text;
            if (!string.IsNullOrWhiteSpace(pending) && (ended || !IsIncomplete(pending, line.Text)))
            {
                engine.Run(pending);
                pending = string.Empty;
            }

            if (ended)
            {
                return;
            }
        }
    }

    private static LineResult ReadPlain() =>
        Console.In.ReadLine() is { } line ? new LineResult(LineKind.Line, line) : new LineResult(LineKind.EndOfInput, string.Empty);

    /// <summary>More lines are needed; an empty line ends a statement that the parser would go on with, as in every PowerShell.</summary>
    private static bool IsIncomplete(string text, string lastLine)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return lastLine.Length > 0 && errors.Any(error => error.IncompleteInput);
    }

    private string Prompt() => engine.Evaluate("prompt") is [{ BaseObject: string prompt }, ..] ? prompt : "PS> ";
}
