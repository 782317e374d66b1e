using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>Names what a reader of the help would miss.</summary>
internal static class HelpCheck
{
    /// <summary>One sentence a gap; none when the help is whole.</summary>
    public static IEnumerable<string> Gaps(IReadOnlyList<CmdletDescription> cmdlets, ModuleLayout layout)
    {
        string[] names = [.. cmdlets.Select(cmdlet => cmdlet.Name)];
        return cmdlets.SelectMany(OfCmdlet)
            .Concat(names.Except(layout.ExportedCmdlets, StringComparer.Ordinal).Select(name => $"{name}: in the assembly, but not in CmdletsToExport of SmartFhir.psd1."))
            .Concat(layout.ExportedCmdlets.Except(names, StringComparer.Ordinal).Select(name => $"{name}: in CmdletsToExport of SmartFhir.psd1, but not in the assembly."))
            .Concat(OfBuiltHelp(names, layout))
            .Concat(OfTopics(layout));
    }

    private static IEnumerable<string> OfCmdlet(CmdletDescription cmdlet)
    {
        if (cmdlet.Synopsis.Length == 0)
        {
            yield return $"{cmdlet.Name}: no synopsis (<summary> of the class).";
        }

        if (cmdlet.Description.Count == 0)
        {
            yield return $"{cmdlet.Name}: no description (<remarks> of the class).";
        }

        if (cmdlet.Examples.Count == 0)
        {
            yield return $"{cmdlet.Name}: no example (<example><code>).";
        }

        foreach (int index in Enumerable.Range(0, cmdlet.Examples.Count).Where(index => cmdlet.Examples[index] is { Code.Length: 0 } or { Remarks.Count: 0 }))
        {
            yield return $"{cmdlet.Name}: example {index + 1} lacks its code or its explanation.";
        }

        if (cmdlet.OutputTypes.Count == 0)
        {
            yield return $"{cmdlet.Name}: no [OutputType]; a cmdlet that writes nothing says [OutputType(typeof(void))].";
        }

        foreach (ParameterDescription parameter in cmdlet.Parameters.Where(parameter => parameter.Text.Count == 0))
        {
            yield return $"{cmdlet.Name} -{parameter.Name}: no text (<summary> of the property).";
        }
    }

    private static IEnumerable<string> OfBuiltHelp(string[] names, ModuleLayout layout)
    {
        if (!File.Exists(layout.HelpFile))
        {
            return [$"{layout.HelpFile} is missing: build the solution."];
        }

        string[] described = [.. XDocument.Load(layout.HelpFile).Descendants().Where(element => element.Name.LocalName == "details").Select(details => details.Elements().First().Value)];
        return described.Except(names, StringComparer.Ordinal).Select(name => $"{name}: has help, but does not exist.")
            .Concat(names.Except(described, StringComparer.Ordinal).Select(name => $"{name}: exists, but the built help is older: build the solution."));
    }

    private static IEnumerable<string> OfTopics(ModuleLayout layout) =>
        File.Exists(Path.Combine(layout.HelpFolder, "about_SmartFhir.help.txt")) ? [] : ["about_SmartFhir: the topic is missing from en-US."];
}
