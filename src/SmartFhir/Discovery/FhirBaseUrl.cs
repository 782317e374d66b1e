using SmartFhir.Http;

namespace SmartFhir.Discovery;

/// <summary>The FHIR base URL as a person gives it. It is sent as <c>aud</c> to the letter, so it is checked but never repaired.</summary>
public static class FhirBaseUrl
{
    /// <summary>Checks the URL.</summary>
    /// <returns>It as a folder, with a trailing slash, for relative addresses to be resolved against.</returns>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.InvalidArgument"/> or <see cref="SmartErrorCode.InsecureHttp"/>.</exception>
    public static Uri Parse(string aud, bool allowInsecureHttp)
    {
        ArgumentNullException.ThrowIfNull(aud);
        int bad = aud.AsSpan().IndexOfAnyInRange('\0', ' ');
        if (bad >= 0)
        {
            throw Invalid(aud, $"it has a {(aud[bad] == ' ' ? "space" : "control character")} at position {bad + 1}");
        }

        if (!Uri.TryCreate(aud, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            throw Invalid(aud, "it is not an absolute http or https URL");
        }

        string? surplus = uri.UserInfo.Length > 0 ? "a user name" : uri.Query.Length > 0 ? "a query" : uri.Fragment.Length > 0 ? "a fragment" : null;
        if (surplus is not null)
        {
            throw Invalid(uri.UserInfo.Length > 0 ? "(not shown)" : aud, $"it has {surplus}");
        }

        UrlPolicy.RequireSecure(uri, allowInsecureHttp, "-Aud");
        return uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
    }

    private static SmartException Invalid(string aud, string why) => new(
        SmartErrorCode.InvalidArgument,
        $"'{aud}' is not a FHIR base URL: {why}.",
        remedy: "Give the address that the server publishes for its FHIR API, for example https://ehr.example.org/fhir/R4.");
}
