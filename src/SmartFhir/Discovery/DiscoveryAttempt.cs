using System.Net;

namespace SmartFhir.Discovery;

/// <summary>One document that was asked for, and what came of it.</summary>
internal sealed record DiscoveryAttempt(Uri Uri, SmartConfigurationSource Source, HttpStatusCode StatusCode, string Outcome)
{
    public SmartConfiguration? Configuration { get; init; }

    /// <summary>What came instead of JSON.</summary>
    public string? NotJson { get; init; }

    /// <summary>JSON came, but without the endpoints.</summary>
    public bool Empty { get; init; }

    /// <summary>The issuer that an unusable document names.</summary>
    public string? Issuer { get; init; }

    /// <summary>The metadata document that a 401 points to (RFC 9728 section 5.1).</summary>
    public Uri? ResourceMetadata { get; init; }

    /// <summary>True for a document that simply is not there.</summary>
    public bool IsAbsent => StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    /// <summary>True for the places that SMART App Launch itself defines; the others are guesses, and say little about the server.</summary>
    public bool IsOfSmart => Source is SmartConfigurationSource.SmartConfiguration or SmartConfigurationSource.CapabilityStatement;

    /// <summary>The most telling failure of all attempts: a document that is there says more than one that is not.</summary>
    public static SmartException Failure(string aud, Uri fhirBase, IReadOnlyList<DiscoveryAttempt> attempts)
    {
        string tried = string.Join("; ", attempts.Select(attempt => $"{attempt.Uri}: {attempt.Outcome}"));
        DiscoveryAttempt[] primary = [.. attempts.Where(attempt => attempt.IsOfSmart)];
        if (primary.Any(attempt => attempt.Empty))
        {
            return new SmartException(
                SmartErrorCode.EndpointMissing,
                $"The server {aud} answers discovery, but names no authorization and token endpoints. Tried {tried}.",
                fhirBase,
                "The server may be open (no sign-in needed) or may publish its endpoints only in its documentation: give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint.");
        }

        if (primary.FirstOrDefault(attempt => attempt.NotJson is not null) is { } page)
        {
            return new SmartException(
                SmartErrorCode.DiscoveryNotJson,
                $"{page.NotJson} Tried {tried}.",
                page.Uri,
                "Give -Aud the base URL of the FHIR API, not that of a web page or portal. Some servers need the version or tenant in it, for example /fhir/R4.");
        }

        if (primary.All(attempt => attempt.IsAbsent))
        {
            return new SmartException(
                SmartErrorCode.DiscoveryNotFound,
                $"No FHIR server was found at {aud}. Tried {tried}.",
                fhirBase,
                "Check the path of the base URL: many servers need the version or a tenant id in it (/fhir/R4/<tenant>). If discovery is closed there, give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint.");
        }

        return new SmartException(
            SmartErrorCode.DiscoveryFailed,
            $"The server {aud} does not answer discovery. Tried {tried}.",
            fhirBase,
            primary.Any(attempt => attempt.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                ? "Its discovery is closed: give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint from its documentation."
                : "Try again later. If it lasts, give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint, or report it to the server's operator.");
    }
}
