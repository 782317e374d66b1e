namespace SmartFhir.Hosting;

/// <summary>
/// Knows the commands that people expect from PowerShell and that this console lacks, because the engine package comes without
/// the modules that define them; adds that to the error that names one.
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

    private readonly HashSet<string> _notFound = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The engine looked for a command and did not find it.</summary>
    public void Note(string name)
    {
        lock (_notFound)
        {
            _notFound.Add(name);
        }
    }

    /// <summary>A command line is over.</summary>
    public void Forget()
    {
        lock (_notFound)
        {
            _notFound.Clear();
        }
    }

    /// <summary>What to add to an error that is about to be printed; null when it is not about a command that pwsh would have.</summary>
    public string? HintFor(string error)
    {
        lock (_notFound)
        {
            foreach (string name in _notFound)
            {
                if (error.Contains($"'{name}'", StringComparison.OrdinalIgnoreCase) && ModuleOf(name) is { } module)
                {
                    return $"{name} belongs to {module}, which this small console lacks. pwsh has it: https://aka.ms/powershell";
                }
            }
        }

        return null;
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
