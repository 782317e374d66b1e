using System.Security.Cryptography;
using System.Text;
using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>What the caller wants of an authorization request.</summary>
public sealed record AuthorizationRequestOptions
{
    /// <summary>The client id as registered, opaque.</summary>
    public required string ClientId { get; init; }

    /// <summary>The redirect URI, exactly as it is registered.</summary>
    public required Uri RedirectUri { get; init; }

    /// <summary>The scopes to ask for, to the letter.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The launch value of an EHR launch; null for a standalone launch.</summary>
    public string? Launch { get; init; }

    /// <summary><c>prompt</c> (OpenID Connect Core section 3.1.2.1).</summary>
    public string? Prompt { get; init; }

    /// <summary><c>login_hint</c> (OpenID Connect Core section 3.1.2.1).</summary>
    public string? LoginHint { get; init; }

    /// <summary>Further parameters, passed on to the authorization endpoint. They cannot replace the protocol's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AdditionalParameters { get; init; } = [];
}

/// <summary>
/// One authorization request (SMART App Launch 2.2, "Obtain authorization code"): a value that the caller holds until the answer comes,
/// as it keeps the state, the nonce and the PKCE code verifier.
/// </summary>
public sealed class AuthorizationRequest
{
    /// <summary>Above this length some proxies and servers refuse a URL; <c>authorize-post</c> servers then get a form.</summary>
    public const int MaximumUrlLength = 2000;

    private static readonly HashSet<string> ProtocolParameters = new(StringComparer.Ordinal)
    {
        "response_type", "client_id", "redirect_uri", "scope", "state", "aud", "launch", "nonce", "code_challenge", "code_challenge_method",
        "response_mode", "prompt", "login_hint", "request", "request_uri",
    };

    private AuthorizationRequest(SmartConfiguration configuration, AuthorizationRequestOptions options)
    {
        Configuration = configuration;
        ClientId = options.ClientId;
        RedirectUri = options.RedirectUri;
        Scopes = options.Scopes;
        State = CryptoRandom.CreateUniqueId(32);
        Nonce = CryptoRandom.CreateUniqueId(32);
        CodeVerifier = CryptoRandom.CreateUniqueId(48);
        Parameters = BuildParameters(options);
        Uri = new Uri(new RequestUrl(configuration.AuthorizationEndpoint!.AbsoluteUri).Create(ToParameters(Parameters)));
    }

    /// <summary>The same request, which the server has been handed and gave <paramref name="reference"/> for.</summary>
    private AuthorizationRequest(AuthorizationRequest pushed, string reference)
    {
        Configuration = pushed.Configuration;
        ClientId = pushed.ClientId;
        RedirectUri = pushed.RedirectUri;
        Scopes = pushed.Scopes;
        State = pushed.State;
        Nonce = pushed.Nonce;
        CodeVerifier = pushed.CodeVerifier;
        Parameters = [new("client_id", pushed.ClientId), new("request_uri", reference)];
        Uri = new Uri(new RequestUrl(Configuration.AuthorizationEndpoint!.AbsoluteUri).Create(ToParameters(Parameters)));
    }

    /// <summary>The server that is asked.</summary>
    public SmartConfiguration Configuration { get; }

    /// <summary>The client id sent.</summary>
    public string ClientId { get; }

    /// <summary>The redirect URI sent; the token request repeats it.</summary>
    public Uri RedirectUri { get; }

    /// <summary>The scopes asked for.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>256 random bits that the answer must repeat.</summary>
    public string State { get; }

    /// <summary>256 random bits that the id_token must repeat.</summary>
    public string Nonce { get; }

    /// <summary>The PKCE code verifier: 384 random bits as 64 unreserved characters (RFC 7636 section 4.1).</summary>
    internal string CodeVerifier { get; }

    /// <summary>Every parameter of the request, in order, not encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; }

    /// <summary>The request as a URL for the browser. It holds the state and the code challenge, but no secret.</summary>
    public Uri Uri { get; }

    /// <summary>True when the URL is too long for some servers and this one announces <c>authorize-post</c>.</summary>
    public bool PrefersPost =>
        Uri.AbsoluteUri.Length > MaximumUrlLength && Configuration.Capabilities.Contains("authorize-post", StringComparer.Ordinal);

    /// <summary>Makes a request with a fresh state, nonce and code verifier.</summary>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.EndpointMissing"/> when the server has no authorization endpoint;
    /// <see cref="SmartErrorCode.InvalidArgument"/> for an unusable client id, scope, redirect URI or additional parameter.
    /// </exception>
    public static AuthorizationRequest Create(SmartConfiguration configuration, AuthorizationRequestOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        if (configuration.AuthorizationEndpoint is null)
        {
            throw new SmartException(
                SmartErrorCode.EndpointMissing,
                $"The server {configuration.Aud} announces no authorization endpoint, so nobody can sign in there with a browser.",
                configuration.SourceUri,
                "Check that -Aud is the base URL of a FHIR server with SMART App Launch, or give -SkipDiscovery with -AuthorizationEndpoint and -TokenEndpoint.");
        }

        Check(options);
        return new AuthorizationRequest(configuration, options);
    }

    /// <summary>The request for the browser after it was pushed (RFC 9126 section 4): only the client id and the reference.</summary>
    internal AuthorizationRequest ByReference(string reference) => new(this, reference);

    private static void Check(AuthorizationRequestOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            throw new SmartException(SmartErrorCode.InvalidArgument, "The client id is empty.", remedy: "Give -ClientId the id that the server's registration shows.");
        }

        if (!options.RedirectUri.IsAbsoluteUri || options.RedirectUri.Fragment.Length > 0)
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"The redirect URI '{options.RedirectUri}' must be an absolute URL without a fragment.",
                remedy: "Give -RedirectUri exactly as it is registered, for example http://127.0.0.1:8400/callback.");
        }

        if (options.Scopes.FirstOrDefault(scope => scope.Length == 0 || scope.Any(character => character is <= ' ' or '"' or '\\' or > '~')) is { } bad)
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"'{bad}' is not a scope: a scope has no spaces, quotes, backslashes or control characters (RFC 6749 section 3.3).",
                remedy: "Give -Scope one scope for each element, or one string with single spaces between scopes.");
        }

        if (options.AdditionalParameters.FirstOrDefault(parameter => ProtocolParameters.Contains(parameter.Key)).Key is { } taken)
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"-AdditionalParameter cannot set '{taken}': the protocol sets it.",
                remedy: "Use the parameter of Connect-SmartFhir that is made for it, or leave it out.");
        }
    }

    private List<KeyValuePair<string, string>> BuildParameters(AuthorizationRequestOptions options)
    {
        List<KeyValuePair<string, string>> parameters =
        [
            new("response_type", "code"),
            new("client_id", options.ClientId),
            new("redirect_uri", options.RedirectUri.OriginalString),
            new("scope", string.Join(' ', options.Scopes)),
            new("state", State),
            new("aud", Configuration.Aud),
            new("code_challenge", CodeVerifier.ToSha256Challenge()),
            new("code_challenge_method", "S256"),
        ];
        AddIfGiven("launch", options.Launch);
        AddIfGiven("nonce", options.Scopes.Contains("openid", StringComparer.Ordinal) ? Nonce : null);
        AddIfGiven("prompt", options.Prompt);
        AddIfGiven("login_hint", options.LoginHint);
        parameters.AddRange(options.AdditionalParameters);
        return parameters;

        void AddIfGiven(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                parameters.Add(new(name, value));
            }
        }
    }

    private static Parameters ToParameters(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs);
}

/// <summary>PKCE (RFC 7636). S256 is the only method: plain is never sent.</summary>
internal static class CodeChallenge
{
    /// <summary><c>BASE64URL(SHA256(ASCII(verifier)))</c> (RFC 7636 section 4.2).</summary>
    public static string ToSha256Challenge(this string verifier) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
