using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SmartFhir;

/// <summary>The elements of a resource in the order they came. Names are found with regard to case first, as FHIR has it, then without, as PowerShell has it.</summary>
internal sealed class ResourceMembers : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _items = [];

    public int Count => _items.Count;

    public void Add(string name, object? value) => _items.Add(new(name, value));

    public bool TryFind(string name, [NotNullWhen(true)] out string? exactName)
    {
        int index = IndexOf(name);
        exactName = index < 0 ? null : _items[index].Key;
        return index >= 0;
    }

    public object? Get(string name) => IndexOf(name) is >= 0 and int index ? _items[index].Value : null;

    public void Set(string name, object? value)
    {
        int index = IndexOf(name);
        _items[index] = new(_items[index].Key, value);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name)
    {
        int index = _items.FindIndex(item => string.Equals(item.Key, name, StringComparison.Ordinal));
        return index >= 0 ? index : _items.FindIndex(item => string.Equals(item.Key, name, StringComparison.OrdinalIgnoreCase));
    }
}
