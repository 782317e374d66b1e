using System.Management.Automation;
using System.Text;

namespace SmartFhir;

/// <summary>
/// A FHIR resource on the pipeline. It keeps the UTF-8 bytes that came from the server and reads them when the first element is asked
/// for; <see cref="ResourceAdapter"/> shows the elements as properties, so that to a script it behaves as a PSCustomObject does.
/// Dates stay the strings they were, decimals keep their digits, and an unchanged resource goes out as the bytes that came in.
/// </summary>
/// <remarks>
/// There are no public properties: every one would show up among the elements. ToString is the JSON, which is also what arrives
/// in a job or a remote session, where only the text of an object travels. An element is removed by setting it to null.
/// </remarks>
public sealed class Resource
{
    private readonly ReadOnlyMemory<byte> _utf8;
    private readonly object _gate = new();
    private string? _resourceType;
    private ResourceMembers? _members;

    /// <summary>Makes a resource of a JSON object.</summary>
    /// <param name="utf8">The JSON, UTF-8. Kept, not copied: it must not change afterwards.</param>
    /// <param name="members">The elements in it, where they have been read already.</param>
    internal Resource(ReadOnlyMemory<byte> utf8, ResourceMembers? members = null)
    {
        _utf8 = utf8;
        _members = members;
    }

    /// <summary>The value of <c>resourceType</c>, or "" when there is none.</summary>
    internal string ResourceType => _resourceType ??= FhirJsonReader.PeekResourceType(_utf8.Span) ?? "";

    /// <summary>The elements; from now on somebody may change what is below them.</summary>
    internal ResourceMembers Members
    {
        get
        {
            lock (_gate)
            {
                return _members ??= FhirJsonReader.ReadMembers(_utf8.Span);
            }
        }
    }

    /// <summary>The JSON: the bytes that came in, unless something was changed.</summary>
    /// <exception cref="FormatException">Something was added to a resource whose JSON cannot be read.</exception>
    /// <exception cref="ArgumentException">An element was set to something that JSON cannot hold.</exception>
    internal ReadOnlyMemory<byte> ToUtf8()
    {
        lock (_gate)
        {
            List<KeyValuePair<string, object?>> added = Added();
            if (added.Count == 0)
            {
                // Whether an array or object deep inside was changed cannot be seen from here: what stands there now is compared with what came.
                return _members is null || FhirJsonWriter.SameValue(_members, FhirJsonReader.ReadMembers(_utf8.Span))
                    ? _utf8
                    : FhirJsonWriter.WriteMembers(_members);
            }

            return FhirJsonWriter.WriteMembers(Members
                .Where(member => !added.Exists(other => string.Equals(other.Key, member.Key, StringComparison.OrdinalIgnoreCase)))
                .Concat(added));
        }
    }

    /// <summary>The resource as JSON.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToUtf8().Span);

    /// <summary>
    /// What a script has added by Add-Member; such a property hides an element of the same name. Looked for among the extended members
    /// only: asking for all of them would read the JSON.
    /// </summary>
    private List<KeyValuePair<string, object?>> Added() =>
        PSObject.AsPSObject(this).Members["psextended"] is PSMemberSet extended
            ? [.. extended.Properties.OfType<PSNoteProperty>().Where(note => note.IsInstance).Select(note => new KeyValuePair<string, object?>(note.Name, note.Value))]
            : [];
}
