using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>Writes the help that Get-Help reads, in MAML, and puts the about topics beside it.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Fills the help folder; nothing that was there before stays.</summary>
    public static void Write(IReadOnlyList<CmdletDescription> cmdlets, ModuleLayout layout)
    {
        if (Directory.Exists(layout.HelpFolder))
        {
            Directory.Delete(layout.HelpFolder, recursive: true);
        }

        Directory.CreateDirectory(layout.HelpFolder);
        foreach (string topic in Directory.EnumerateFiles(layout.HelpSources, "*.help.txt"))
        {
            File.Copy(topic, Path.Combine(layout.HelpFolder, Path.GetFileName(topic)));
        }

        // The root element has no namespace, but the attribute: that is what the engine knows the file by.
        new XDocument(new XElement("helpItems", new XAttribute("schema", "maml"), cmdlets.Select(CommandElement))).Save(layout.HelpFile);
    }

    private static XElement CommandElement(CmdletDescription cmdlet) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml),
        new XAttribute(XNamespace.Xmlns + "command", Command),
        new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(
            Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            Description([cmdlet.Synopsis])),
        Description(cmdlet.Description),
        new XElement(Command + "syntax", cmdlet.ParameterSets.Select(set => SyntaxItem(cmdlet, set))),
        new XElement(Command + "parameters", cmdlet.Parameters.Select(parameter => Parameter(parameter, parameter.Places[0], inSyntax: false))),
        new XElement(Command + "inputTypes", InputTypes(cmdlet).Select(type => TypeElement("inputType", type))),
        new XElement(Command + "returnValues", cmdlet.OutputTypes.Select(type => TypeElement("returnValue", type))),
        new XElement(Command + "examples", cmdlet.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", cmdlet.Links.Select(link => new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", link.Text), new XElement(Maml + "uri", link.Address)))));

    private static XElement Description(IEnumerable<string> paragraphs) =>
        new(Maml + "description", paragraphs.Select(text => new XElement(Maml + "para", text)));

    private static XElement SyntaxItem(CmdletDescription cmdlet, string set) => new(
        Command + "syntaxItem",
        new XElement(Maml + "name", cmdlet.Name),
        cmdlet.Parameters
            .Select(parameter => (Parameter: parameter, Place: parameter.In(set)))
            .Where(item => item.Place is not null)
            .OrderBy(item => item.Place!.Position ?? int.MaxValue)
            .ThenByDescending(item => item.Place!.Mandatory)
            .ThenBy(item => item.Parameter.Name, StringComparer.Ordinal)
            .Select(item => Parameter(item.Parameter, item.Place!, inSyntax: true)));

    private static XElement Parameter(ParameterDescription parameter, ParameterPlace place, bool inSyntax)
    {
        var element = new XElement(
            Command + "parameter",
            new XAttribute("required", place.Mandatory ? "true" : "false"),
            new XAttribute("variableLength", parameter.IsArray ? "true" : "false"),
            new XAttribute("globbing", "false"),
            new XAttribute("pipelineInput", place.PipelineInput),
            new XAttribute("position", place.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
            new XElement(Maml + "name", parameter.Name),
            Description(inSyntax ? parameter.Text : [.. parameter.Text, .. ValuesText(parameter)]));
        if (inSyntax && parameter.Values.Count > 0)
        {
            element.Add(new XElement(Command + "parameterValueGroup", parameter.Values.Select(value => ParameterValue(value, parameter.IsArray))));
        }
        else if (!(inSyntax && parameter.IsSwitch))
        {
            element.Add(ParameterValue(parameter.TypeName, parameter.IsArray));
        }

        element.Add(new XElement(Dev + "type", new XElement(Maml + "name", parameter.TypeName), new XElement(Maml + "uri")));
        element.Add(new XElement(Dev + "defaultValue", parameter.Default ?? (parameter.IsSwitch ? "False" : "None")));
        return element;
    }

    private static XElement ParameterValue(string text, bool isArray) =>
        new(Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", isArray ? "true" : "false"), text);

    private static IEnumerable<string> ValuesText(ParameterDescription parameter) =>
        parameter.Values.Count > 0 ? [$"One of: {string.Join(", ", parameter.Values)}."] : [];

    private static IEnumerable<string> InputTypes(CmdletDescription cmdlet)
    {
        string[] types = [.. cmdlet.Parameters.Where(parameter => parameter.Places.Any(place => place.FromPipeline)).Select(parameter => parameter.TypeName).Distinct(StringComparer.Ordinal)];
        return types.Length > 0 ? types : ["None"];
    }

    private static XElement TypeElement(string name, string type) =>
        new(Command + name, new XElement(Dev + "type", new XElement(Maml + "name", type), new XElement(Maml + "uri")), new XElement(Maml + "description"));

    private static XElement Example(ExampleDescription example, int index) => new(
        Command + "example",
        new XElement(Maml + "title", $"-------------------------- Example {index + 1} --------------------------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", example.Remarks.Select(text => new XElement(Maml + "para", text))));
}
