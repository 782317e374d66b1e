using System.Management.Automation;

namespace SmartFhir.Hosting;

/// <summary>Progress as one line at the bottom of the terminal that is written over and over; the newest record wins.</summary>
/// <param name="writer">The terminal's standard error.</param>
/// <param name="width">The terminal's columns, asked each time because people resize windows.</param>
internal sealed class ProgressLine(TextWriter writer, Func<int> width)
{
    private bool _shown;

    /// <summary>Shows a record, or takes the line away when the record says that the activity is over.</summary>
    public void Show(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            Hide();
            return;
        }

        string text = Describe(record);
        int columns = Math.Max(1, width() - 1);
        writer.Write("\r" + (text.Length > columns ? text[..columns] : text) + "\u001b[K");
        _shown = true;
    }

    /// <summary>Takes the line away, so that other text can be written.</summary>
    public void Hide()
    {
        if (_shown)
        {
            writer.Write("\r\u001b[K");
            _shown = false;
        }
    }

    private static string Describe(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : string.Empty;
        string seconds = record.SecondsRemaining >= 0 ? $" ({record.SecondsRemaining} s left)" : string.Empty;
        string operation = string.IsNullOrWhiteSpace(record.CurrentOperation) ? string.Empty : $" - {record.CurrentOperation}";
        return $"{record.Activity}: {record.StatusDescription}{percent}{seconds}{operation}".ReplaceLineEndings(" ");
    }
}
