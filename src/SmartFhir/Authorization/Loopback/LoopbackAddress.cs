using System.Net;
using System.Net.Sockets;

namespace SmartFhir.Authorization.Loopback;

/// <summary>Redirect URIs on this machine (RFC 8252 section 7.3).</summary>
public static class LoopbackAddress
{
    /// <summary>The path of the redirect URI that is used when none is given.</summary>
    public const string DefaultPath = "/callback";

    /// <summary>True for an http or https URL whose host is 127.0.0.0/8, ::1 or localhost.</summary>
    public static bool IsLoopback(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.IsAbsoluteUri && uri.Scheme is "http" or "https" && uri.IsLoopback;
    }

    /// <summary>
    /// <c>http://127.0.0.1:{port}/callback</c> with a port that is free now. It is bound a moment later; if another program
    /// takes it in between, the listener says so.
    /// </summary>
    public static Uri ChooseDefault() => WithFreePort(new Uri("http://127.0.0.1:0" + DefaultPath));

    /// <summary>Replaces port 0 by a free port; leaves every other URI as it is.</summary>
    public static Uri WithFreePort(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.Port != 0)
        {
            return uri;
        }

        using var probe = new TcpListener(Resolve(uri)[0], 0);
        probe.Start();
        return new UriBuilder(uri) { Port = ((IPEndPoint)probe.LocalEndpoint).Port }.Uri;
    }

    /// <summary>The addresses to listen on, the preferred one first. Never anything but loopback.</summary>
    internal static IPAddress[] Resolve(Uri redirect)
    {
        string host = redirect.Host.Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return [address];
        }

        return [IPAddress.Loopback, IPAddress.IPv6Loopback];
    }
}
