namespace SmartFhir.Hosting;

/// <summary>The lines that were entered, walked with up and down; the line being typed waits below the newest one.</summary>
internal sealed class History
{
    private readonly List<string> _lines = [];
    private int _position;
    private string _draft = string.Empty;

    /// <summary>Remembers a line, unless it is blank or the same as the one before.</summary>
    public void Add(string line)
    {
        if (!string.IsNullOrWhiteSpace(line) && (_lines.Count == 0 || _lines[^1] != line))
        {
            _lines.Add(line);
        }
    }

    /// <summary>A new line begins.</summary>
    public void StartAtEnd() => _position = _lines.Count;

    /// <summary>The line before; the oldest one stays.</summary>
    public string Previous(string current)
    {
        if (_position == _lines.Count)
        {
            _draft = current;
        }

        if (_position > 0)
        {
            _position--;
        }

        return At(_position, current);
    }

    /// <summary>The line after; below the newest is the one that was being typed.</summary>
    public string Next(string current)
    {
        if (_position < _lines.Count)
        {
            _position++;
            return At(_position, current);
        }

        return current;
    }

    private string At(int index, string current) =>
        index < _lines.Count ? _lines[index] : _lines.Count == 0 ? current : _draft;
}
