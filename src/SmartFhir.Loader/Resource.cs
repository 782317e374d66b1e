using System.Text;

namespace SmartFhir;

/// <summary>
/// A FHIR resource on the pipeline. It keeps the UTF-8 bytes that came from the server and reads them when the first element is asked
/// for; <see cref="ResourceAdapter"/> shows the elements as properties, so that to a script it behaves as a PSCustomObject does.
/// Dates stay the strings they were, decimals keep their digits, and an unchanged resource goes out as the bytes that came in.
/// </summary>
/// <remarks>
/// There are no public properties: every one would show up among the elements. ToString is the JSON, which is also what arrives
/// in a job or a remote session, where only the text of an object travels.
/// </remarks>
public sealed class Resource
{
    private readonly ReadOnlyMemory<byte> _utf8;
    private readonly object _gate = new();
    private string? _resourceType;
    private ResourceMembers? _members;

    /// <summary>Makes a resource of a JSON object.</summary>
    /// <param name="utf8">The JSON, UTF-8. Kept, not copied: it must not change afterwards.</param>
    internal Resource(ReadOnlyMemory<byte> utf8) => _utf8 = utf8;

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
    /// <param name="added">Properties that a script has added beside the elements.</param>
    internal ReadOnlyMemory<byte> ToUtf8(IReadOnlyList<KeyValuePair<string, object?>> added)
    {
        lock (_gate)
        {
            if (_members is null && added.Count == 0)
            {
                return _utf8;
            }

            // Whether an array or object deep inside was changed cannot be seen from here: what stands there now is compared with what came.
            ResourceMembers now = Members;
            if (added.Count == 0 && FhirJsonWriter.SameValue(now, FhirJsonReader.ReadMembers(_utf8.Span)))
            {
                return _utf8;
            }

            return FhirJsonWriter.WriteMembers(now.Concat(added));
        }
    }

    /// <summary>The resource as JSON.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToUtf8([]).Span);
}
