using System.Net;

namespace SmartFhir.Http;

/// <summary>
/// Where secrets may travel (SMART App Launch 2.2, "App protection"): https, and http only on this machine.
/// </summary>
public static class UrlPolicy
{
    /// <summary>Refuses a URL that is neither https nor http on a loopback host.</summary>
    /// <param name="uri">An absolute URL.</param>
    /// <param name="allowInsecureHttp">Whether the caller accepts http elsewhere.</param>
    /// <param name="what">What the URL is, for the message: <c>token_endpoint</c>, <c>-Aud</c>.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.InsecureHttp"/> for what the user gave, <see cref="SmartErrorCode.EndpointNotHttps"/> for what a server named.</exception>
    public static void RequireSecure(Uri uri, bool allowInsecureHttp, string what)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(what);
        if (IsSecure(uri, allowInsecureHttp))
        {
            return;
        }

        bool given = what.StartsWith('-');
        throw new SmartException(
            given ? SmartErrorCode.InsecureHttp : SmartErrorCode.EndpointNotHttps,
            given
                ? $"{what} {uri} is not https: tokens sent there could be read on the way."
                : $"The server names a {what} that is not https: {uri}. Tokens sent there could be read on the way.",
            uri,
            "Use the https address. For a test server without TLS on another machine, -AllowInsecureHttp accepts the risk.");
    }

    /// <summary>True for https, for http on a loopback host, and for any http when it is allowed.</summary>
    public static bool IsSecure(Uri uri, bool allowInsecureHttp)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (allowInsecureHttp || IsLoopback(uri)));
    }

    /// <summary>True when two URLs have the same scheme, host and port (RFC 6454).</summary>
    public static bool SameOrigin(Uri one, Uri other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>127.0.0.0/8, ::1, localhost and names under it (RFC 6761 section 6.3). Nothing is looked up.</summary>
    private static bool IsLoopback(Uri uri) =>
        (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address))
        || uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || uri.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
