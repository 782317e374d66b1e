namespace SmartFhir.Hosting;

/// <summary>How reading a line ended.</summary>
internal enum LineKind
{
    /// <summary>With Enter.</summary>
    Line,

    /// <summary>With Ctrl+C.</summary>
    Cancelled,

    /// <summary>With Ctrl+D on an empty line, or with the end of redirected input.</summary>
    EndOfInput,
}

/// <summary>A line that was read.</summary>
internal sealed record LineResult(LineKind Kind, string Text);

/// <summary>
/// Edits one line in one row of the terminal: a line longer than the row scrolls sideways. Left, right, home, end, backspace, delete,
/// escape, up and down through the history, tab through completions.
/// </summary>
internal sealed class LineEditor(Terminal terminal, Completer completer)
{
    private readonly History _history = new();
    private readonly LineBuffer _line = new();
    private CompletionCycle? _cycle;

    /// <summary>Shows the prompt and reads a line.</summary>
    public LineResult Read(string prompt)
    {
        // Ctrl+C clears the line here; while a pipeline runs it is a signal again.
        Console.TreatControlCAsInput = true;
        try
        {
            _line.Set(string.Empty);
            _history.StartAtEnd();
            while (true)
            {
                Draw(prompt);
                ConsoleKeyInfo key = Console.ReadKey(intercept: true);
                if (key.Key != ConsoleKey.Tab)
                {
                    _cycle = null;
                }

                if (Finish(key) is { } result)
                {
                    terminal.Output(Environment.NewLine);
                    return result;
                }

                Apply(key);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private LineResult? Finish(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (key.Key == ConsoleKey.Enter)
        {
            _history.Add(_line.Text);
            return new LineResult(LineKind.Line, _line.Text);
        }

        if (control && key.Key == ConsoleKey.C)
        {
            return new LineResult(LineKind.Cancelled, string.Empty);
        }

        return control && key.Key == ConsoleKey.D && _line.Text.Length == 0 ? new LineResult(LineKind.EndOfInput, string.Empty) : null;
    }

    private void Apply(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                _line.Move(-1);
                break;
            case ConsoleKey.RightArrow:
                _line.Move(1);
                break;
            case ConsoleKey.Home:
                _line.Move(int.MinValue / 2);
                break;
            case ConsoleKey.End:
                _line.Move(int.MaxValue / 2);
                break;
            case ConsoleKey.Backspace:
                _line.DeleteBefore();
                break;
            case ConsoleKey.Delete:
                _line.DeleteAt();
                break;
            case ConsoleKey.Escape:
                _line.Set(string.Empty);
                break;
            case ConsoleKey.UpArrow:
                _line.Set(_history.Previous(_line.Text));
                break;
            case ConsoleKey.DownArrow:
                _line.Set(_history.Next(_line.Text));
                break;
            case ConsoleKey.Tab:
                Complete(backwards: key.Modifiers.HasFlag(ConsoleModifiers.Shift));
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _line.Insert(key.KeyChar);
                }

                break;
        }
    }

    private void Complete(bool backwards)
    {
        _cycle ??= new CompletionCycle(_line.Text, completer.Complete(_line.Text, _line.Cursor));
        if (_cycle.Next(backwards) is (var text, var cursor))
        {
            _line.Set(text, cursor);
        }
    }

    private void Draw(string prompt)
    {
        int room = Math.Max(10, Terminal.Width - prompt.Length - 1);
        int first = Math.Max(0, _line.Cursor - room);
        string visible = _line.Text[first..Math.Min(_line.Text.Length, first + room)];
        int column = prompt.Length + _line.Cursor - first + 1;
        Console.Out.Write($"\r{prompt}{visible}\u001b[K\u001b[{column}G");
    }
}
