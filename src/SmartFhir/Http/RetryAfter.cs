using System.Globalization;

namespace SmartFhir.Http;

/// <summary>How long a server asks to wait: seconds or a date (RFC 9110 section 10.2.3), an epoch as some send it, or Azure's milliseconds.</summary>
internal static class RetryAfter
{
    private const long EpochThreshold = 1_000_000_000;

    public static TimeSpan? Read(FhirResponse response) => Read(response, DateTimeOffset.UtcNow);

    public static TimeSpan? Read(FhirResponse response, DateTimeOffset now)
    {
        if (double.TryParse(response.Header("x-ms-retry-after-ms"), NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds) && milliseconds >= 0)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        string? text = response.Header("Retry-After");
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
        {
            return seconds < EpochThreshold ? TimeSpan.FromSeconds(seconds) : NotNegative(DateTimeOffset.FromUnixTimeSeconds(seconds) - now);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? NotNegative(date - now) : null;
    }

    private static TimeSpan NotNegative(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
