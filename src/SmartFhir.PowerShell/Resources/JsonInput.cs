using System.Text;

namespace SmartFhir.PowerShell.Resources;

/// <summary>
/// Strings, as Get-Content gives them, to objects. When the first string that is not blank is complete JSON by itself, every string is
/// (NDJSON, or one document a string), and its objects come out at once; otherwise the strings are the lines of one text.
/// </summary>
internal sealed class JsonInput
{
    private readonly Action<object?> _write;
    private readonly Action<FormatException, string> _fail;
    private readonly StringBuilder _document = new();
    private bool? _lineByLine;

    /// <summary>Makes an input.</summary>
    /// <param name="write">Takes every object.</param>
    /// <param name="fail">Takes every text that is not JSON.</param>
    public JsonInput(Action<object?> write, Action<FormatException, string> fail)
    {
        _write = write;
        _fail = fail;
    }

    /// <summary>Takes the next string.</summary>
    public void Add(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        if (_lineByLine is null)
        {
            try
            {
                WriteAll(text);
                _lineByLine = true;
                return;
            }
            catch (FormatException)
            {
                // Not complete yet, or not JSON at all: the end will tell.
                _lineByLine = false;
            }
        }

        if (_lineByLine is true)
        {
            TryWriteAll(text);
        }
        else
        {
            _document.Append(text).Append('\n');
        }
    }

    /// <summary>There is no more.</summary>
    public void End()
    {
        if (_lineByLine is false)
        {
            TryWriteAll(_document.ToString());
        }
    }

    /// <summary>Takes a file: the same rule for its lines, without holding more than one of an NDJSON file.</summary>
    /// <exception cref="DecoderFallbackException">The file is not UTF-8, nor UTF-16 with a byte-order mark.</exception>
    public void AddFile(string path)
    {
        using (StreamReader reader = Open(path))
        {
            while (_lineByLine is not false && reader.ReadLine() is { } line)
            {
                Add(line);
            }
        }

        if (_lineByLine is false)
        {
            // Not by its lines: its own line endings belong to the text.
            using StreamReader whole = Open(path);
            TryWriteAll(whole.ReadToEnd());
        }
    }

    private static StreamReader Open(string path) => new(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    private void TryWriteAll(string text)
    {
        try
        {
            WriteAll(text);
        }
        catch (FormatException exception)
        {
            _fail(exception, text);
        }
    }

    private void WriteAll(string text)
    {
        foreach (object? value in FhirJsonReader.ReadAll(Encoding.UTF8.GetBytes(text.Trim().TrimStart('\uFEFF'))))
        {
            _write(value);
        }
    }
}
