using System.Globalization;

namespace SmartFhir.Sandbox.Hosting;

/// <summary>Which faults the FHIR API shows, and how often.</summary>
public sealed record FaultPlan
{
    /// <summary>The share of requests that are answered 429.</summary>
    public double Throttled { get; init; }

    /// <summary>The share of requests that are answered 503.</summary>
    public double Unavailable { get; init; }

    /// <summary>The share of requests whose connection is reset.</summary>
    public double Reset { get; init; }

    /// <summary>How long every request is held back.</summary>
    public TimeSpan Delay { get; init; }

    /// <exception cref="CommandLineException">A part that is not understood.</exception>
    public static FaultPlan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var plan = new FaultPlan();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] halves = part.Split(':', 2);
            plan = (halves[0], halves.Length == 2 ? halves[1] : "") switch
            {
                ("429", { } share) => plan with { Throttled = Share(part, share) },
                ("503", { } share) => plan with { Unavailable = Share(part, share) },
                ("reset", { } share) => plan with { Reset = Share(part, share) },
                ("slow", { } time) => plan with { Delay = Time(part, time) },
                _ => throw new CommandLineException($"--fault: '{part}' is not one of 429:<share>, 503:<share>, reset:<share>, slow:<n>ms."),
            };
        }

        return plan;
    }

    private static double Share(string part, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1
            ? share
            : throw new CommandLineException($"--fault: '{part}' needs a share from 0 to 1.");

    private static TimeSpan Time(string part, string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) && int.TryParse(text[..^2], NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new CommandLineException($"--fault: '{part}' needs a time in milliseconds, for example slow:200ms.");
}
