using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SmartFhir.Hosting;

/// <summary>Completes what stands before the cursor, by the engine's own completion.</summary>
/// <param name="runspace">Where commands and variables are looked up.</param>
internal sealed class Completer(Runspace runspace)
{
    /// <summary>The possible replacements of a part of the text; none when nothing fits.</summary>
    public Completion Complete(string text, int cursor)
    {
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        CommandCompletion found = CommandCompletion.CompleteInput(text, cursor, options: null, shell);
        return new Completion(found.ReplacementIndex, found.ReplacementLength, [.. found.CompletionMatches.Select(match => match.CompletionText)]);
    }
}

/// <summary>What may stand in place of <paramref name="Length"/> characters from <paramref name="Start"/>.</summary>
internal sealed record Completion(int Start, int Length, IReadOnlyList<string> Texts);
