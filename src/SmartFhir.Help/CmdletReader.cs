using System.Reflection;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>Reads the cmdlets out of the assembly's metadata, without running any of it, and joins them with their documentation.</summary>
internal static class CmdletReader
{
    private const string Engine = "System.Management.Automation.";

    /// <summary>The cmdlets in the order of their names.</summary>
    public static IReadOnlyList<CmdletDescription> Read(ModuleLayout layout)
    {
        using var context = new MetadataLoadContext(new PathAssemblyResolver(References(layout)));
        var documentation = Documentation.Load(Path.ChangeExtension(layout.CmdletAssembly, ".xml"));
        return [.. context.LoadFromAssemblyPath(layout.CmdletAssembly).GetTypes()
            .Where(type => !type.IsAbstract && Attributes(type, "CmdletAttribute").Any())
            .Select(type => Describe(type, documentation))
            .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> References(ModuleLayout layout)
    {
        string engine = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "PowerShellReference").Value!;
        return new[] { layout.Bin, engine, RuntimeEnvironment.GetRuntimeDirectory() }.SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"));
    }

    private static CmdletDescription Describe(Type type, Documentation documentation)
    {
        CustomAttributeData cmdlet = Attributes(type, "CmdletAttribute").Single();
        XElement? member = documentation.OfType(type);
        var parameters = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => Attributes(property, "ParameterAttribute").Any())
            .Select(property => ParameterReader.Describe(property, documentation))
            .ToList();
        if (Named(cmdlet, "SupportsShouldProcess") is true)
        {
            parameters.AddRange(ParameterReader.ShouldProcess);
        }

        return new CmdletDescription
        {
            Verb = (string)cmdlet.ConstructorArguments[0].Value!,
            Noun = (string)cmdlet.ConstructorArguments[1].Value!,
            Synopsis = Documentation.Text(member?.Element("summary")),
            Description = Documentation.Paragraphs(member?.Element("remarks")),
            Examples = [.. (member?.Elements("example") ?? []).Select(Example)],
            Parameters = [.. parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)],
            ParameterSets = ParameterSets(parameters, Named(cmdlet, "DefaultParameterSetName") as string),
            OutputTypes = [.. Attributes(type, "OutputTypeAttribute").SelectMany(OutputTypes).Distinct(StringComparer.Ordinal)],
            Links = [.. (member?.Elements("seealso") ?? []).Select(link => (Documentation.Text(link) is { Length: > 0 } text ? text : (string?)link.Attribute("href") ?? string.Empty, (string?)link.Attribute("href") ?? string.Empty))],
        };
    }

    /// <summary>The attributes of that name, which all live in the engine's namespace.</summary>
    internal static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        member.GetCustomAttributesData().Where(attribute => attribute.AttributeType.FullName == Engine + name);

    /// <summary>A named argument of an attribute; null when it is not given.</summary>
    internal static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value;

    private static ExampleDescription Example(XElement example)
    {
        string code = string.Join('\n', (example.Element("code")?.Value ?? string.Empty).Trim().Split('\n').Select(line => line.Trim()));
        XElement remarks = new(example);
        remarks.Element("code")?.Remove();
        return new ExampleDescription(code, Documentation.Paragraphs(remarks));
    }

    private static IEnumerable<string> OutputTypes(CustomAttributeData attribute) => attribute.ConstructorArguments
        .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> several ? several : [argument])
        .Select(argument => argument.Value is Type type ? type.FullName! : argument.Value?.ToString() ?? string.Empty)
        .Where(name => name.Length > 0);

    private static string[] ParameterSets(List<ParameterDescription> parameters, string? defaultSet)
    {
        string[] named = [.. parameters.SelectMany(parameter => parameter.Places).Select(place => place.Set).Where(set => set != ParameterPlace.AllSets).Distinct(StringComparer.Ordinal)];
        IEnumerable<string> all = defaultSet is null ? named : named.Prepend(defaultSet).Distinct(StringComparer.Ordinal);
        return named.Length == 0 ? [ParameterPlace.AllSets] : [.. all];
    }
}
