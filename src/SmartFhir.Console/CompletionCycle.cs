namespace SmartFhir.Hosting;

/// <summary>Tab after tab through the completions of one text.</summary>
/// <param name="original">The text as it was when tab was first pressed.</param>
/// <param name="completion">What fits.</param>
internal sealed class CompletionCycle(string original, Completion completion)
{
    private int _index = -1;

    /// <summary>The next text and where its cursor stands; null when nothing fits.</summary>
    public (string Text, int Cursor)? Next(bool backwards)
    {
        int count = completion.Texts.Count;
        if (count == 0)
        {
            return null;
        }

        _index = backwards ? (_index <= 0 ? count : _index) - 1 : (_index + 1) % count;
        string chosen = completion.Texts[_index];
        string text = string.Concat(original.AsSpan(0, completion.Start), chosen, original.AsSpan(completion.Start + completion.Length));
        return (text, completion.Start + chosen.Length);
    }
}
