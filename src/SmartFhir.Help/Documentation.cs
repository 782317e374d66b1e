using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>The documentation file that the compiler writes.</summary>
internal sealed partial class Documentation
{
    private readonly Dictionary<string, XElement> _members;

    private Documentation(Dictionary<string, XElement> members) => _members = members;

    /// <summary>Reads the file.</summary>
    public static Documentation Load(string path) => new(
        XDocument.Load(path, LoadOptions.PreserveWhitespace).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal));

    /// <summary>The documentation of a type.</summary>
    public XElement? OfType(Type type) => _members.GetValueOrDefault("T:" + type.FullName);

    /// <summary>The documentation of a property, by the type that declares it.</summary>
    public XElement? OfProperty(Type type, string name) => _members.GetValueOrDefault($"P:{type.FullName}.{name}");

    /// <summary>The paragraphs of an element: its para children, or else its whole text as one.</summary>
    public static IReadOnlyList<string> Paragraphs(XElement? element)
    {
        if (element is null)
        {
            return [];
        }

        XElement[] paragraphs = [.. element.Elements("para")];
        IEnumerable<XElement> sources = paragraphs.Length > 0 ? paragraphs : [element];
        return [.. sources.Select(Text).Where(text => text.Length > 0)];
    }

    /// <summary>The text of an element on one line, references written as names.</summary>
    public static string Text(XElement? element) =>
        element is null ? string.Empty : Blanks().Replace(string.Concat(element.Nodes().Select(NodeText)), " ").Trim();

    private static string NodeText(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" or "seealso" } reference => ReferenceText(reference),
        XElement element => string.Concat(element.Nodes().Select(NodeText)),
        _ => string.Empty,
    };

    private static string ReferenceText(XElement reference)
    {
        string text = reference.Value;
        string target = (string?)reference.Attribute("href") ?? (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name")
            ?? ((string?)reference.Attribute("cref"))?.Split('.', ':')[^1] ?? string.Empty;
        return text.Length > 0 ? text : target;
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Blanks();
}
