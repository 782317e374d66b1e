namespace SmartFhir.Hosting;

/// <summary>The command line, as pwsh has it: names are case-insensitive and may be shortened as long as they stay unique.</summary>
internal sealed record ConsoleOptions
{
    /// <summary>What -Help prints.</summary>
    public const string Usage = """
        SmartFhir.Console - a small PowerShell host with the SmartFhir module loaded.

        Usage: dotnet run --project src/SmartFhir.Console -- [options]

          -Command <text>           Run the commands and end. Everything after -Command is part of them.
          -File <path> [arguments]  Run a script with arguments and end.
          -Module <path>            Import this manifest instead of the SmartFhir.psd1 above the program.
          -NonInteractive           Never ask: a prompt is an error.
          -NoLogo                   No banner at the start.
          -Help                     This text.

        Without -Command and -File: an interactive prompt, or the lines of standard input when it is redirected.
        Exit code: that of 'exit', 0 for success, 1 after an error, 64 for a wrong command line, 130 after Ctrl+C.
        It has PowerShell's engine but not its utility modules (no ConvertTo-Json, no Select-Object);
        the module's real home is pwsh 7.4 or later: https://aka.ms/powershell
        """;

    private static readonly string[] Names = ["Command", "File", "Help", "Module", "NoLogo", "NonInteractive"];

    /// <summary>The commands to run.</summary>
    public string? Command { get; init; }

    /// <summary>The script to run.</summary>
    public string? File { get; init; }

    /// <summary>What follows the script on the command line.</summary>
    public IReadOnlyList<string> FileArguments { get; init; } = [];

    /// <summary>The manifest to import; null for the one above the program.</summary>
    public string? Module { get; init; }

    /// <summary>Prompts are errors.</summary>
    public bool NonInteractive { get; init; }

    /// <summary>No banner.</summary>
    public bool NoLogo { get; init; }

    /// <summary>Print the usage and end.</summary>
    public bool Help { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">An option is unknown, ambiguous, or lacks its value.</exception>
    public static ConsoleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ConsoleOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (NameOf(arguments[i]))
            {
                case "Command":
                    Value(arguments, i);
                    return options with { Command = string.Join(' ', arguments.Skip(i + 1)) };
                case "File":
                    return options with { File = Value(arguments, i), FileArguments = [.. arguments.Skip(i + 2)] };
                case "Module":
                    options = options with { Module = Value(arguments, i++) };
                    break;
                case "NonInteractive":
                    options = options with { NonInteractive = true };
                    break;
                case "NoLogo":
                    options = options with { NoLogo = true };
                    break;
                default:
                    options = options with { Help = true };
                    break;
            }
        }

        return options;
    }

    private static string NameOf(string argument)
    {
        string name = argument.TrimStart('-');
        if (name.Length == argument.Length)
        {
            throw new UsageException($"'{argument}' is not an option. To run a command: -Command \"{argument}\". To run a script: -File \"{argument}\".");
        }

        if (name is "?" or "h")
        {
            return "Help";
        }

        string[] matches = [.. Names.Where(known => name.Length > 0 && known.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matches switch
        {
            [var only] => only,
            [] => throw new UsageException($"Unknown option '{argument}'. Options: {string.Join(", ", Names.Select(known => "-" + known))}."),
            _ => throw new UsageException($"Option '{argument}' is ambiguous: {string.Join(", ", matches.Select(match => "-" + match))}."),
        };
    }

    private static string Value(IReadOnlyList<string> arguments, int index) =>
        index + 1 < arguments.Count ? arguments[index + 1] : throw new UsageException($"{arguments[index]} needs a value.");
}

/// <summary>The command line is wrong; the message says how, for the person who typed it.</summary>
internal sealed class UsageException(string message) : Exception(message);
