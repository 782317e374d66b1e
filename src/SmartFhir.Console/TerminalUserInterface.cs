using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace SmartFhir.Hosting;

/// <summary>What the engine says and asks. Output goes to standard output; the other streams, and questions, to standard error.</summary>
/// <param name="terminal">Where it is said.</param>
internal sealed class TerminalUserInterface(Terminal terminal) : PSHostUserInterface
{
    private readonly Prompter _prompter = new(terminal);

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new TerminalRawUserInterface();

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => terminal.ColourOutput;

    /// <inheritdoc/>
    public override void Write(string value) => terminal.Output(value);

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        terminal.Output(PSStyle.Instance.Foreground.FromConsoleColor(foregroundColor) + value + PSStyle.Instance.Reset);

    /// <inheritdoc/>
    public override void WriteLine(string value) => terminal.Output(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => terminal.Error(value);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => terminal.Line("WARNING: " + message, PSStyle.Instance.Formatting.Warning);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => terminal.Line("VERBOSE: " + message, PSStyle.Instance.Formatting.Verbose);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => terminal.Line("DEBUG: " + message, PSStyle.Instance.Formatting.Debug);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) => terminal.Progress(record);

    /// <inheritdoc/>
    public override string ReadLine() => _prompter.ReadLine();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => _prompter.ReadSecret();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        _prompter.AskFields(caption, message, descriptions);

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _prompter.AskChoice(caption, message, choices, defaultChoice);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        _prompter.AskCredential(caption, message, userName);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        _prompter.AskCredential(caption, message, userName);
}
