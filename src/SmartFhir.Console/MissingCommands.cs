namespace SmartFhir.Hosting;

/// <summary>
/// Knows the commands that people expect from PowerShell and that this console lacks, because the engine package comes without
/// the modules that define them; says so after an error that names one.
/// </summary>
internal sealed class MissingCommands
{
    private static readonly HashSet<string> UtilityNouns = new(StringComparer.OrdinalIgnoreCase)
    {
        "Alias", "Clixml", "Csv", "Custom", "Date", "Debug", "Error", "ErrorView", "Event", "Expression", "File", "FileHash", "FormatData", "GridView",
        "Guid", "Hex", "Host", "Html", "Information", "Json", "List", "Markdown", "MarkdownInfo", "MarkdownOption", "Member", "Object", "Output",
        "PSBreakpoint", "PSCallStack", "Progress", "Random", "RestMethod", "Runspace", "RunspaceDebug", "SecureRandom", "Sleep",
        "SourceIdentifier", "String", "StringData", "Table", "Template", "Test", "TraceSource", "TypeData", "UICulture", "Unique", "Uptime",
        "Variable", "Verb", "Verbose", "Warning", "WebRequest", "Wide", "Xml",
    };

    private static readonly HashSet<string> ManagementNouns = new(StringComparer.OrdinalIgnoreCase)
    {
        "ChildItem", "Clipboard", "ComputerInfo", "Content", "Item", "ItemProperty", "ItemPropertyValue", "Location", "Path", "Process",
        "PSDrive", "PSProvider", "Service", "TimeZone", "Connection",
    };

    private static readonly HashSet<string> SecurityNouns = new(StringComparer.OrdinalIgnoreCase) { "Credential", "SecureString", "ExecutionPolicy", "Acl" };

    private static readonly HashSet<string> Verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "Add", "Clear", "Compare", "Convert", "ConvertFrom", "ConvertTo", "Copy", "Debug", "Export", "Format", "Get", "Group", "Import", "Invoke", "Join",
        "Measure", "Move", "New", "Out", "Push", "Pop", "Read", "Register", "Remove", "Rename", "Resolve", "Select", "Set", "Show", "Sort", "Split",
        "Start", "Stop", "Tee", "Test", "Trace", "Unregister", "Update", "Wait", "Write",
    };

    private readonly Lock _gate = new();
    private readonly HashSet<string> _notFound = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _hints = [];

    /// <summary>The engine looked for a command and did not find it. That alone says nothing: scripts probe, and catch.</summary>
    public void NotFound(string name)
    {
        lock (_gate)
        {
            _notFound.Add(name);
        }
    }

    /// <summary>A line of an error was printed; when it names a missing command that pwsh has, there will be a hint.</summary>
    public void Printed(string error)
    {
        lock (_gate)
        {
            foreach (string name in _notFound.Where(name => error.Contains($"'{name}'", StringComparison.OrdinalIgnoreCase)).ToArray())
            {
                _notFound.Remove(name);
                if (ModuleOf(name) is { } module)
                {
                    _hints.Add($"{name} belongs to {module}, which this small console lacks. pwsh has it: https://aka.ms/powershell");
                }
            }
        }
    }

    /// <summary>The hints since the last call; what was looked for before is forgotten.</summary>
    public IReadOnlyList<string> TakeHints()
    {
        lock (_gate)
        {
            string[] hints = [.. _hints];
            _hints.Clear();
            _notFound.Clear();
            return hints;
        }
    }

    private static string? ModuleOf(string name)
    {
        if (name.Split('-') is not [var verb, var noun] || !Verbs.Contains(verb))
        {
            return null;
        }

        return UtilityNouns.Contains(noun) ? "Microsoft.PowerShell.Utility"
            : ManagementNouns.Contains(noun) ? "Microsoft.PowerShell.Management"
            : SecurityNouns.Contains(noun) ? "Microsoft.PowerShell.Security"
            : null;
    }
}
