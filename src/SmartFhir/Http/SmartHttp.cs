using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Http;

/// <summary>How requests are sent, for the whole product.</summary>
public sealed record SmartHttpOptions
{
    /// <summary>The time for one request of the protocol, from the first byte sent to the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The size that an answer of the protocol (discovery, token, keys) may have. FHIR answers have a limit of their own.</summary>
    public int MaximumProtocolBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Further certificate authorities that are trusted, for servers with a private one.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Decides on a server's certificate in place of the platform's rules and <see cref="TrustedRoots"/>; null leaves those in force.</summary>
    public RemoteCertificateValidationCallback? ServerCertificateValidation { get; init; }

    /// <summary>The proxy; null leaves the system's settings and <c>HTTPS_PROXY</c>, <c>NO_PROXY</c> in force.</summary>
    public IWebProxy? Proxy { get; init; }
}

/// <summary>Makes the HTTP clients of the product: one place for TLS, redirects, cookies and the user agent.</summary>
public static class SmartHttp
{
    private static readonly string Version = typeof(SmartHttp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>
    /// A client for the whole product. It follows no redirect by itself (a redirect must not carry a token or a code to another place)
    /// and keeps no cookies. Requests of the protocol (discovery, tokens, keys) are bounded in time and size whoever sends them, libraries
    /// included; <see cref="FhirHttpClient"/> sets limits of its own for each request.
    /// </summary>
    public static HttpClient CreateClient(SmartHttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            EnableMultipleHttp2Connections = true,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = ServerCertificate.Check(options);
        if (options.Proxy is not null)
        {
            handler.Proxy = options.Proxy;
        }

        var client = new HttpClient(new ProtocolLimitsHandler(handler, options.Timeout, options.MaximumProtocolBytes))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"SmartFhir/{Version}");
        return client;
    }
}
