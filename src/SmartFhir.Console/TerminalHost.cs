using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace SmartFhir.Hosting;

/// <summary>The host that the engine talks to.</summary>
/// <param name="terminal">Where it speaks.</param>
/// <param name="exit">Called with the code of <c>exit</c>.</param>
internal sealed class TerminalHost(Terminal terminal, Action<int> exit) : PSHost
{
    /// <inheritdoc/>
    public override string Name => "SmartFhir.Console";

    /// <inheritdoc/>
    public override Version Version { get; } = Assembly.GetExecutingAssembly().GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI { get; } = new TerminalUserInterface(terminal);

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => exit(exitCode);

    /// <inheritdoc/>
    public override void EnterNestedPrompt() =>
        throw new HostException("This small console has no nested prompts (Suspend, debugger). pwsh has them: https://aka.ms/powershell");

    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
        // There is none to leave.
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
        // A native program shares the terminal as it is: this host changes no terminal mode while a pipeline runs.
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
        // See NotifyBeginApplication.
    }
}
