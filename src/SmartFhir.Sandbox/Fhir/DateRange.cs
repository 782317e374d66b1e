using System.Globalization;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>A FHIR date, dateTime or instant as the time that it covers (FHIR R4, Search, date): from the first tick to before the last.</summary>
/// <param name="Low">The first tick, UTC.</param>
/// <param name="High">The first tick that is not covered, UTC.</param>
public readonly record struct DateRange(long Low, long High)
{
    public static readonly long Minimum = DateTime.MinValue.Ticks;
    public static readonly long Maximum = DateTime.MaxValue.Ticks;

    public static bool TryParse(string text, out DateRange range)
    {
        (string format, Func<DateTime, DateTime> next) = text.Length switch
        {
            4 => ("yyyy", (Func<DateTime, DateTime>)(start => start.AddYears(1))),
            7 => ("yyyy-MM", start => start.AddMonths(1)),
            10 => ("yyyy-MM-dd", start => start.AddDays(1)),
            _ => ("", start => start),
        };
        range = default;
        if (format.Length > 0)
        {
            if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime start) || start.Year == 9999)
            {
                return false;
            }

            range = new DateRange(start.Ticks, next(start).Ticks);
            return true;
        }

        return TryParseTime(text, out range);
    }

    private static bool TryParseTime(string text, out DateRange range)
    {
        range = default;

        // A space is what becomes of an unencoded plus sign in a query.
        string zoned = text.Replace(' ', '+');
        if (!text.Contains('T', StringComparison.Ordinal)
            || !DateTimeOffset.TryParse(zoned, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return false;
        }

        int dot = text.IndexOf('.', StringComparison.Ordinal);
        int colons = text[(text.IndexOf('T', StringComparison.Ordinal) + 1)..].TrimEnd('Z').Split('+', '-', ' ')[0].Count(character => character == ':');
        long width = dot >= 0
            ? TimeSpan.TicksPerSecond / (long)Math.Pow(10, Math.Min(7, text[(dot + 1)..].TakeWhile(char.IsAsciiDigit).Count()))
            : colons == 1 ? TimeSpan.TicksPerMinute : TimeSpan.TicksPerSecond;
        range = new DateRange(time.UtcTicks, time.UtcTicks + width);
        return true;
    }
}
