using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace SmartFhir.PowerShell.Sessions;

/// <summary>Completes the names of this runspace's sessions.</summary>
public sealed class SessionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        return SessionTable.For(Runspace.DefaultRunspace).All
            .Where(session => session.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(session => new CompletionResult(
                session.Name.Contains(' ', StringComparison.Ordinal) ? $"'{session.Name}'" : session.Name, session.Name, CompletionResultType.ParameterValue, session.ToString()));
    }
}
