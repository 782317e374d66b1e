using System.Globalization;
using System.Text;

namespace SmartFhir.Http;

/// <summary>
/// Makes text from a server fit for a terminal: no control characters (escape sequences), no invisible or
/// direction-changing characters, no line breaks, bounded in length.
/// </summary>
internal static class Printable
{
    /// <summary>Cleans and shortens.</summary>
    /// <param name="text">Text from outside.</param>
    /// <param name="maxLength">The longest result, in characters, an ellipsis included.</param>
    public static string Clip(string? text, int maxLength)
    {
        var result = new StringBuilder(Math.Min(text?.Length ?? 0, maxLength));
        bool space = false;
        foreach (Rune rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                space = result.Length > 0;
                continue;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                || rune == Rune.ReplacementChar)
            {
                // What a sequence is broken by, separates words in the reader's eyes.
                space = result.Length > 0;
                continue;
            }

            if (result.Length + rune.Utf16SequenceLength + (space ? 1 : 0) > maxLength - 1)
            {
                return result.Append('…').ToString();
            }

            if (space)
            {
                result.Append(' ');
                space = false;
            }

            result.Append(rune.ToString());
        }

        return result.ToString();
    }
}
