using System.Reflection;
using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>Reads one parameter of a cmdlet.</summary>
internal static class ParameterReader
{
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["System.String"] = "String",
        ["System.Int32"] = "Int32",
        ["System.Int64"] = "Int64",
        ["System.Boolean"] = "Boolean",
        ["System.Management.Automation.SwitchParameter"] = "SwitchParameter",
    };

    /// <summary>What the engine adds to a cmdlet that supports ShouldProcess.</summary>
    public static IReadOnlyList<ParameterDescription> ShouldProcess { get; } =
    [
        Switch("Confirm", "cf", "Asks before the cmdlet does its work."),
        Switch("WhatIf", "wi", "Says what would be done, and does not do it."),
    ];

    /// <summary>Describes the parameter that a property is.</summary>
    public static ParameterDescription Describe(PropertyInfo property, Documentation documentation)
    {
        Type type = Underlying(property.PropertyType);
        XElement? member = documentation.OfProperty(property.DeclaringType!, property.Name);
        return new ParameterDescription
        {
            Name = property.Name,
            TypeName = NameOf(type),
            IsSwitch = type.FullName == "System.Management.Automation.SwitchParameter",
            IsArray = type.IsArray,
            Text = Documentation.Paragraphs(member?.Element("summary")),
            Default = Documentation.Text(member?.Element("value")) is { Length: > 0 } value ? value : null,
            Aliases = [.. CmdletReader.Attributes(property, "AliasAttribute").SelectMany(Strings)],
            Values = Values(property, type),
            Places = [.. CmdletReader.Attributes(property, "ParameterAttribute").Select(Place)],
        };
    }

    private static ParameterDescription Switch(string name, string alias, string text) => new()
    {
        Name = name,
        TypeName = "SwitchParameter",
        IsSwitch = true,
        IsArray = false,
        Text = [text],
        Default = null,
        Aliases = [alias],
        Values = [],
        Places = [new ParameterPlace(ParameterPlace.AllSets, Mandatory: false, Position: null, FromPipeline: false, FromPipelineByName: false)],
    };

    private static Type Underlying(Type type) =>
        type is { IsGenericType: true, Name: "Nullable`1" } ? type.GetGenericArguments()[0] : type;

    private static string NameOf(Type type) =>
        type.IsArray ? NameOf(type.GetElementType()!) + "[]" : Keywords.GetValueOrDefault(type.FullName ?? type.Name, type.Name);

    private static IReadOnlyList<string> Values(PropertyInfo property, Type type)
    {
        Type element = type.IsArray ? type.GetElementType()! : type;
        return element.IsEnum
            ? [.. element.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name)]
            : [.. CmdletReader.Attributes(property, "ValidateSetAttribute").SelectMany(Strings)];
    }

    private static IEnumerable<string> Strings(CustomAttributeData attribute) => attribute.ConstructorArguments
        .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> several ? several : [argument])
        .Select(argument => argument.Value).OfType<string>();

    private static ParameterPlace Place(CustomAttributeData attribute) => new(
        CmdletReader.Named(attribute, "ParameterSetName") as string ?? ParameterPlace.AllSets,
        CmdletReader.Named(attribute, "Mandatory") is true,
        CmdletReader.Named(attribute, "Position") as int?,
        CmdletReader.Named(attribute, "ValueFromPipeline") is true,
        CmdletReader.Named(attribute, "ValueFromPipelineByPropertyName") is true);
}
