using System.Globalization;

namespace SmartFhir.Http;

/// <summary>How long a server asks to wait: seconds or a date (RFC 9110 section 10.2.3), an epoch as some send it, or Azure's milliseconds.</summary>
internal static class RetryAfter
{
    private const double EpochThreshold = 1_000_000_000;
    private const double EpochEnd = 100_000_000_000;

    /// <summary>No server means more than this; it also keeps the arithmetic within bounds.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public static TimeSpan? Read(FhirResponse response) => Read(response, DateTimeOffset.UtcNow);

    public static TimeSpan? Read(FhirResponse response, DateTimeOffset now)
    {
        if (Number(response.Header("x-ms-retry-after-ms")) is { } milliseconds)
        {
            return Wait(milliseconds / 1000);
        }

        string? text = response.Header("Retry-After");
        if (Number(text) is { } seconds)
        {
            return Wait(seconds is >= EpochThreshold and < EpochEnd ? seconds - now.ToUnixTimeMilliseconds() / 1000.0 : seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? Wait((date - now).TotalSeconds)
            : null;
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;

    private static TimeSpan Wait(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
}
