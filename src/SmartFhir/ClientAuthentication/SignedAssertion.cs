using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Discovery;

namespace SmartFhir.ClientAuthentication;

/// <summary>What can be set about a client assertion; what is left null is chosen, and chosen again when the server refuses it.</summary>
public sealed record SignedAssertionOptions
{
    /// <summary><c>typ</c>: JWT for SMART, <c>client-authentication+jwt</c> for servers that follow the newer OAuth draft.</summary>
    public string? Type { get; init; }

    /// <summary><c>aud</c>: the token endpoint for SMART, the issuer for others.</summary>
    public string? Audience { get; init; }

    /// <summary><c>jku</c>: the JWKS URL that is registered; left out when null.</summary>
    public Uri? JwksUri { get; init; }
}

/// <summary>
/// A signed assertion, <c>private_key_jwt</c> (SMART App Launch 2.2, "Client Authentication: Asymmetric"; RFC 7523): one for each request,
/// good for four minutes. When the server refuses it, its clock (Date header) is taken over if it differs, and then the other reading of
/// the standard is tried: type <c>client-authentication+jwt</c> with the issuer as audience. What worked is kept.
/// </summary>
/// <param name="clientId">The client id: <c>iss</c> and <c>sub</c>.</param>
/// <param name="key">The private key; it is not disposed here.</param>
/// <param name="configuration">The server.</param>
/// <param name="options">What the caller decides.</param>
/// <param name="time">The clock.</param>
public sealed class SignedAssertion(string clientId, ClientKey key, SmartConfiguration configuration, SignedAssertionOptions options, TimeProvider time) : IClientAuthentication
{
    /// <summary>How far <c>exp</c> lies ahead; five minutes are the most that SMART allows.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(4);

    private const string SmartType = "JWT";
    private const string DraftType = "client-authentication+jwt";

    private static readonly TimeSpan TolerableSkew = TimeSpan.FromSeconds(30);

    private readonly string _algorithm = key.ChooseAlgorithm(configuration.TokenEndpointAuthSigningAlgValuesSupported);
    private TimeSpan _skew;
    private bool _draft;

    /// <inheritdoc/>
    public string ClientId { get; } = clientId;

    /// <inheritdoc/>
    public void Apply(ProtocolRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
        request.ClientAssertion = new ClientAssertion { Type = OidcConstants.ClientAssertionTypes.JwtBearer, Value = Create() };
    }

    /// <inheritdoc/>
    public bool TryOtherWay(DateTimeOffset? serverTime)
    {
        TimeSpan skew = serverTime - time.GetUtcNow() ?? _skew;
        if ((skew - _skew).Duration() > TolerableSkew)
        {
            _skew = skew;
            return true;
        }

        if (_draft || options.Type is not null || options.Audience is not null || configuration.Issuer is null)
        {
            return false;
        }

        _draft = true;
        return true;
    }

    /// <summary>One assertion. It is a secret until it ends.</summary>
    internal string Create()
    {
        DateTimeOffset now = time.GetUtcNow() + _skew;
        var descriptor = new SecurityTokenDescriptor
        {
            TokenType = options.Type ?? (_draft ? DraftType : SmartType),
            SigningCredentials = new SigningCredentials(key.SigningKey, _algorithm),
            AdditionalHeaderClaims = options.JwksUri is { } jku ? new Dictionary<string, object>(StringComparer.Ordinal) { ["jku"] = jku.OriginalString } : null,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["iss"] = ClientId,
                ["sub"] = ClientId,
                ["aud"] = options.Audience ?? (_draft ? configuration.Issuer! : configuration.TokenEndpoint!.OriginalString),
                ["jti"] = CryptoRandom.CreateUniqueId(32),
                ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            },
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }
}
