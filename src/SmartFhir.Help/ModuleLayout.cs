using System.Text.RegularExpressions;

namespace SmartFhir.Help;

/// <summary>Where the parts of the module stand in the source tree, and what its manifest says.</summary>
/// <param name="root">The folder that holds the manifest.</param>
internal sealed partial class ModuleLayout(string root)
{
    private readonly Lazy<string> _manifest = new(() => File.ReadAllText(Path.Combine(root, "SmartFhir.psd1")));

    /// <summary>The folder that holds the manifest.</summary>
    public string Root { get; } = root;

    /// <summary>The assemblies.</summary>
    public string Bin => Path.Combine(Root, "module", "bin", "net8.0");

    /// <summary>The assembly of the cmdlets.</summary>
    public string CmdletAssembly => Path.Combine(Bin, "SmartFhir.PowerShell.dll");

    /// <summary>The about topics as they are written.</summary>
    public string HelpSources => Path.Combine(Root, "module", "help");

    /// <summary>The built help; Get-Help looks for it beside the manifest.</summary>
    public string HelpFolder => Path.Combine(Root, "en-US");

    /// <summary>The built help of the cmdlets.</summary>
    public string HelpFile => Path.Combine(HelpFolder, "SmartFhir.PowerShell.dll-Help.xml");

    /// <summary>The names in CmdletsToExport.</summary>
    public IReadOnlyList<string> ExportedCmdlets => Strings("CmdletsToExport");

    /// <summary>The tags for a gallery.</summary>
    public IReadOnlyList<string> Tags => Strings("Tags");

    /// <summary>One text of the manifest, such as ModuleVersion.</summary>
    /// <exception cref="InvalidDataException">The manifest has no such key.</exception>
    public string Text(string key)
    {
        Match match = Regex.Match(_manifest.Value, $@"^\s*{Regex.Escape(key)}\s*=\s*'((?:[^']|'')*)'", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        return match.Success ? match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal) : throw new InvalidDataException($"SmartFhir.psd1 has no {key}.");
    }

    private string[] Strings(string key)
    {
        Match match = Regex.Match(_manifest.Value, $@"^\s*{Regex.Escape(key)}\s*=\s*@\((.*?)\)", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        return match.Success ? [.. Quoted().Matches(match.Groups[1].Value).Select(item => item.Groups["text"].Value)] : throw new InvalidDataException($"SmartFhir.psd1 has no {key}.");
    }

    [GeneratedRegex("'(?<text>[^']*)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Quoted();
}
