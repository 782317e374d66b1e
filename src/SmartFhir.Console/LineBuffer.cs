namespace SmartFhir.Hosting;

/// <summary>A line of text with a cursor in it.</summary>
internal sealed class LineBuffer
{
    /// <summary>The text.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>The cursor: the index of the character it stands before.</summary>
    public int Cursor { get; private set; }

    /// <summary>Replaces the text; the cursor goes to its end unless told otherwise.</summary>
    public void Set(string text, int? cursor = null)
    {
        Text = text;
        Cursor = Math.Clamp(cursor ?? text.Length, 0, text.Length);
    }

    /// <summary>Moves the cursor as far as the text goes.</summary>
    public void Move(int distance) => Cursor = Math.Clamp(Cursor + distance, 0, Text.Length);

    /// <summary>Inserts before the cursor.</summary>
    public void Insert(char character) => Set(Text.Insert(Cursor, character.ToString()), Cursor + 1);

    /// <summary>Backspace.</summary>
    public void DeleteBefore()
    {
        if (Cursor > 0)
        {
            Set(Text.Remove(Cursor - 1, 1), Cursor - 1);
        }
    }

    /// <summary>Delete.</summary>
    public void DeleteAt()
    {
        if (Cursor < Text.Length)
        {
            Set(Text.Remove(Cursor, 1), Cursor);
        }
    }
}
