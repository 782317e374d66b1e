using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace SmartFhir.Hosting;

/// <summary>Asks the person. Where there is none, every question fails at once instead of waiting for an answer that cannot come.</summary>
/// <param name="terminal">Where the person sits.</param>
internal sealed class Prompter(Terminal terminal)
{
    /// <summary>Reads a line; empty at the end of input.</summary>
    /// <exception cref="HostException">Nobody can be asked.</exception>
    public string ReadLine()
    {
        RequirePerson("a line of text");
        return Console.ReadLine() ?? string.Empty;
    }

    /// <summary>Reads a line that shows as asterisks.</summary>
    /// <exception cref="HostException">Nobody can be asked.</exception>
    public SecureString ReadSecret()
    {
        RequirePerson("a secret");
        var secret = new SecureString();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
                terminal.Ask("\b \b");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
                terminal.Ask("*");
            }
        }

        terminal.Ask(Environment.NewLine);
        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>Asks for the values of fields, such as mandatory parameters that were not given.</summary>
    /// <exception cref="HostException">Nobody can be asked.</exception>
    public Dictionary<string, PSObject> AskFields(string caption, string message, IEnumerable<FieldDescription> fields)
    {
        FieldDescription[] asked = [.. fields];
        RequirePerson(string.Join(", ", asked.Select(field => field.Name)));
        Introduce(caption, message);
        var answers = new Dictionary<string, PSObject>(StringComparer.Ordinal);
        foreach (FieldDescription field in asked)
        {
            answers[field.Name] = PSObject.AsPSObject(AskField(field));
        }

        return answers;
    }

    /// <summary>Asks for one of the choices by its hot key or its label; Enter takes the default.</summary>
    /// <exception cref="HostException">Nobody can be asked.</exception>
    public int AskChoice(string caption, string message, IReadOnlyList<ChoiceDescription> choices, int defaultChoice)
    {
        RequirePerson(string.IsNullOrWhiteSpace(caption) ? "a choice" : caption);
        Introduce(caption, message);
        Choice[] offered = [.. choices.Select(Choice.Of)];
        string menu = string.Join("  ", offered.Select(choice => $"[{choice.Key}] {choice.Label}"));
        string hint = defaultChoice >= 0 ? $" (default is \"{offered[defaultChoice].Key}\")" : string.Empty;
        while (true)
        {
            terminal.Ask($"{menu}  [?] Help{hint}: ");
            string? answer = Console.ReadLine()?.Trim();
            if (string.IsNullOrEmpty(answer) && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer is null)
            {
                throw new HostException("No choice was made: standard input ended.");
            }

            int index = Array.FindIndex(offered, choice => choice.Is(answer));
            if (index >= 0)
            {
                return index;
            }

            if (answer == "?")
            {
                terminal.Ask(string.Concat(offered.Select((choice, i) => $"{choice.Key} - {choices[i].HelpMessage}{Environment.NewLine}")));
            }
        }
    }

    /// <summary>Asks for a user name, unless it is given, and a password.</summary>
    /// <exception cref="HostException">Nobody can be asked.</exception>
    public PSCredential AskCredential(string caption, string message, string? userName)
    {
        RequirePerson("a credential");
        Introduce(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            terminal.Ask("User: ");
            userName = Console.ReadLine() ?? string.Empty;
        }

        terminal.Ask($"Password for user {userName}: ");
        return new PSCredential(userName, ReadSecret());
    }

    private object AskField(FieldDescription field)
    {
        string label = string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", string.Empty, StringComparison.Ordinal);
        Type type = LanguagePrimitives.TryConvertTo(field.ParameterAssemblyFullName, out Type? found) && found is not null
            ? found
            : Type.GetType(field.ParameterTypeFullName) ?? typeof(string);
        if (type == typeof(PSCredential))
        {
            return AskCredential(string.Empty, label, userName: null);
        }

        if (type.IsArray)
        {
            return AskList(label, type);
        }

        while (true)
        {
            terminal.Ask($"{label}: ");
            if (type == typeof(SecureString))
            {
                return ReadSecret();
            }

            string answer = Console.ReadLine() ?? string.Empty;
            if (LanguagePrimitives.TryConvertTo(answer, type, out object? value) && value is not null)
            {
                return value;
            }

            terminal.Line($"'{answer}' is not a {type.Name}.", PSStyle.Instance.Formatting.Warning);
        }
    }

    private object AskList(string label, Type type)
    {
        var answers = new List<string>();
        while (true)
        {
            terminal.Ask($"{label}[{answers.Count}]: ");
            if (Console.ReadLine() is not { Length: > 0 } answer)
            {
                return LanguagePrimitives.ConvertTo(answers, type, CultureInfo.InvariantCulture);
            }

            answers.Add(answer);
        }
    }

    private void Introduce(string caption, string message)
    {
        foreach (string text in new[] { caption, message }.Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            terminal.Ask(text + Environment.NewLine);
        }
    }

    private void RequirePerson(string what)
    {
        if (!terminal.CanAsk)
        {
            throw new HostException($"Cannot ask for {what}: the console runs non-interactively or its standard input is redirected. Give the value on the command line.");
        }
    }

    /// <summary>A choice as people see it: "&amp;Yes" is "Yes" with the hot key Y.</summary>
    private sealed record Choice(string Key, string Label)
    {
        public static Choice Of(ChoiceDescription description)
        {
            int mark = description.Label.IndexOf('&', StringComparison.Ordinal);
            string label = description.Label.Replace("&", string.Empty, StringComparison.Ordinal);
            string key = mark >= 0 && mark < label.Length ? label[mark].ToString().ToUpperInvariant() : label;
            return new Choice(key, label);
        }

        public bool Is(string answer) =>
            string.Equals(answer, Key, StringComparison.OrdinalIgnoreCase) || string.Equals(answer, Label, StringComparison.OrdinalIgnoreCase);
    }
}
