using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Http;

/// <summary>How requests are sent, for the whole product.</summary>
public sealed record SmartHttpOptions
{
    /// <summary>Accept plain http beyond loopback (-AllowInsecureHttp).</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>The time for one request, from the first byte sent to the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The size that an answer of the protocol (discovery, token, keys) may have. FHIR answers have a limit of their own.</summary>
    public int MaximumProtocolBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Further certificate authorities that are trusted, for servers with a private one.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}

/// <summary>Makes the HTTP clients of the product: one place for TLS, redirects, cookies and the user agent.</summary>
public static class SmartHttp
{
    private static readonly string Version = typeof(SmartHttp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>
    /// A client that follows no redirect by itself (a redirect must not carry a token or a code to another place), keeps no cookies,
    /// and has no size limit: readers set theirs.
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
        if (options.TrustedRoots is { Count: > 0 } roots)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, roots);
        }

        var client = new HttpClient(handler)
        {
            // The time limit is set per request, so that it can be told apart from the caller's own cancellation.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = options.MaximumProtocolBytes,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"SmartFhir/{Version}");
        return client;
    }

    /// <summary>The name must fit in any case; only the root may be one of ours instead of the system's.</summary>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || chain is null)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = new X509Certificate2(certificate);
        return own.Build(copy);
    }
}
