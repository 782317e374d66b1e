using System.Globalization;
using SmartFhir.Http;

namespace SmartFhir.Discovery;

/// <summary>The FHIR base URL as a person gives it. It is sent as <c>aud</c> to the letter, so it is checked but never repaired.</summary>
public static class FhirBaseUrl
{
    private static readonly string[] Documents = ["/.well-known/smart-configuration", "/.well-known/openid-configuration", "/metadata"];

    /// <summary>Checks the URL.</summary>
    /// <returns>It as a folder, with a trailing slash, for relative addresses to be resolved against.</returns>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.InvalidArgument"/> or <see cref="SmartErrorCode.InsecureHttp"/>.</exception>
    public static Uri Parse(string aud, bool allowInsecureHttp)
    {
        ArgumentNullException.ThrowIfNull(aud);
        // Pasted addresses bring spaces, line breaks and invisible characters along; .NET would quietly drop some of them.
        int bad = Array.FindIndex(aud.ToCharArray(), IsInvisible);
        if (bad >= 0)
        {
            throw Invalid(aud, $"it has {(aud[bad] == ' ' ? "a space" : "a control or invisible character")} at position {bad + 1}");
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

        string? document = Documents.FirstOrDefault(name => uri.AbsolutePath.TrimEnd('/').EndsWith(name, StringComparison.Ordinal));
        if (document is not null)
        {
            throw Invalid(aud, $"it is the address of a document on the server; leave '{document}' out");
        }

        UrlPolicy.RequireSecure(uri, allowInsecureHttp, "-Aud");
        return uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
    }

    private static bool IsInvisible(char character) =>
        char.IsWhiteSpace(character) || char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format;

    private static SmartException Invalid(string aud, string why) => new(
        SmartErrorCode.InvalidArgument,
        $"'{Printable.Clip(aud, 300)}' is not a FHIR base URL: {why}.",
        remedy: "Give the address that the server publishes for its FHIR API, for example https://ehr.example.org/fhir/R4.");
}
