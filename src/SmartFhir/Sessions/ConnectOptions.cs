using System.Security;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Sessions;

/// <summary>The ways in: how a session comes to its token.</summary>
public enum SmartGrant
{
    /// <summary>A person signs in with the browser, started from here (SMART App Launch 2.2, standalone launch).</summary>
    Standalone,

    /// <summary>An EHR starts it: its browser arrives at the launch URL (SMART App Launch 2.2, EHR launch).</summary>
    EhrLaunch,

    /// <summary>A service signs in on its own (SMART App Launch 2.2, Backend Services).</summary>
    BackendService,

    /// <summary>A person signs in on another device (RFC 8628).</summary>
    DeviceCode,

    /// <summary>A token that was had elsewhere.</summary>
    AccessToken,

    /// <summary>No token: the server is open.</summary>
    Anonymous,
}

/// <summary>What the caller says of a connection: everything that <see cref="Connector"/> needs, from parameters, the environment or a profile.</summary>
public sealed record ConnectOptions
{
    /// <summary>The way in.</summary>
    public SmartGrant Grant { get; init; }

    /// <summary>The FHIR base URL to the letter; for an EHR launch all that may launch.</summary>
    public required IReadOnlyList<string> Aud { get; init; }

    /// <summary>The client id; empty where the grant needs none.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The scopes to ask for; null for the grant's default ones.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The name of the session; null for the server's host name.</summary>
    public string? Name { get; init; }

    /// <summary>The redirect address as registered; null for a loopback address with a free port.</summary>
    public Uri? RedirectUri { get; init; }

    /// <summary>The launch URL as registered, for an EHR launch; null for a loopback address with a free port.</summary>
    public Uri? LaunchUri { get; init; }

    /// <summary>A launch value that is at hand already.</summary>
    public string? Launch { get; init; }

    /// <summary>The server certificate of an https redirect or launch address.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The token that was brought along.</summary>
    public SecureString? AccessToken { get; init; }

    /// <summary>Show the URL instead of opening a browser.</summary>
    public bool NoBrowser { get; init; }

    /// <summary>False where nobody is there to be asked.</summary>
    public bool Interactive { get; init; } = true;

    /// <summary>How long to wait for a person.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary><c>prompt</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary><c>login_hint</c>.</summary>
    public string? LoginHint { get; init; }

    /// <summary>Further parameters of the authorization request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AdditionalParameters { get; init; } = [];

    /// <summary>Do not ask the server for its endpoints.</summary>
    public bool SkipDiscovery { get; init; }

    /// <summary>The authorization endpoint, with <see cref="SkipDiscovery"/>.</summary>
    public Uri? AuthorizationEndpoint { get; init; }

    /// <summary>The token endpoint, with <see cref="SkipDiscovery"/>.</summary>
    public Uri? TokenEndpoint { get; init; }

    /// <summary>Accept plain http beyond loopback.</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>The grant and the servers; nothing secret.</summary>
    public override string ToString() => $"{Grant} at {string.Join(", ", Aud)}";
}
