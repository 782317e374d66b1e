using System.Management.Automation.Runspaces;

namespace SmartFhir.Hosting;

/// <summary>Turns what follows <c>-File script.ps1</c> on the command line into the script's parameters, by the rules of pwsh.</summary>
internal static class ScriptArguments
{
    /// <summary>The parameters in order: a name with its dash (its value, if any, follows as an argument without a name), <c>-Name:value</c>, or a bare argument.</summary>
    public static IEnumerable<CommandParameter> ToParameters(IReadOnlyList<string> arguments)
    {
        foreach (string argument in arguments)
        {
            // Negative numbers and a lone dash are values.
            if (argument.Length < 2 || argument[0] != '-' || char.IsAsciiDigit(argument[1]))
            {
                yield return new CommandParameter(name: null, argument);
            }
            else if (argument.IndexOf(':', StringComparison.Ordinal) is int colon and > 0)
            {
                string value = argument[(colon + 1)..];
                yield return new CommandParameter(argument[..colon], value.ToUpperInvariant() switch
                {
                    "$TRUE" => true,
                    "$FALSE" => false,
                    _ => value,
                });
            }
            else
            {
                yield return new CommandParameter(argument);
            }
        }
    }
}
