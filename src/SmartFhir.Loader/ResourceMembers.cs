using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SmartFhir;

/// <summary>
/// The elements of an object in the order they came. Names are found without regard to case, as PowerShell has it; two that differ in
/// nothing else cannot stand side by side.
/// </summary>
internal sealed class ResourceMembers : IEnumerable<KeyValuePair<string, object?>>
{
    /// <summary>Up to here a walk is faster than a dictionary; beyond, walks would make a hostile object of many members quadratic.</summary>
    private const int Few = 24;

    private readonly List<KeyValuePair<string, object?>> _items = [];
    private Dictionary<string, int>? _index;

    /// <summary>Adds a member whose name is not there yet.</summary>
    public void Add(string name, object? value)
    {
        _items.Add(new(name, value));
        if (_index is not null)
        {
            _index.Add(name, _items.Count - 1);
        }
        else if (_items.Count > Few)
        {
            _index = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            for (int i = 0; i < _items.Count; i++)
            {
                _index.Add(_items[i].Key, i);
            }
        }
    }

    /// <summary>The name as it is written in the JSON.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out string? exactName)
    {
        int index = IndexOf(name);
        exactName = index < 0 ? null : _items[index].Key;
        return index >= 0;
    }

    public object? Get(string name) => IndexOf(name) is >= 0 and int index ? _items[index].Value : null;

    /// <summary>Replaces the value of a member, which is there.</summary>
    public void Set(string name, object? value)
    {
        int index = IndexOf(name);
        _items[index] = new(_items[index].Key, value);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name) => _index is null
        ? _items.FindIndex(item => string.Equals(item.Key, name, StringComparison.OrdinalIgnoreCase))
        : _index.GetValueOrDefault(name, -1);
}
