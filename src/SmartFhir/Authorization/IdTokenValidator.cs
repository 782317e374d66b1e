using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>
/// Checks an id_token (OpenID Connect Core section 3.1.3.7; SMART App Launch 2.2, "Scopes for requesting identity data"):
/// algorithm, signature by the issuer's published keys, issuer, audience, authorized party, expiry, nonce, at_hash.
/// </summary>
/// <param name="keys">Reads the issuer's keys.</param>
/// <param name="time">The clock.</param>
public sealed class IdTokenValidator(JsonWebKeySource keys, TimeProvider time)
{
    /// <summary>How far the two clocks may differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    /// <summary>Signatures by a private key only: <c>none</c> is no signature, and an HMAC could be made with the public key.</summary>
    private static readonly HashSet<string> AllowedAlgorithms = new(StringComparer.Ordinal)
    {
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    };

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = 256 * 1024 };

    /// <summary>The claims of a token that passed every check.</summary>
    /// <param name="idToken">The token.</param>
    /// <param name="configuration">The server that issued it.</param>
    /// <param name="clientId">The client it must be for.</param>
    /// <param name="nonce">The nonce of the authorization request; null after a refresh, where a token need not repeat it.</param>
    /// <param name="accessToken">The access token it came with.</param>
    /// <param name="cancellationToken">Cancels the reading of keys.</param>
    /// <returns>The claims, or null when the server publishes no issuer and no keys, so that nothing could be checked.</returns>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.IdTokenInvalid"/>, with the one check that failed.</exception>
    public async Task<IReadOnlyDictionary<string, object?>?> ValidateAsync(
        string idToken, SmartConfiguration configuration, string clientId, string? nonce, string? accessToken, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        JsonWebToken token = Read(idToken, configuration);
        if (!AllowedAlgorithms.Contains(token.Alg))
        {
            throw Invalid(configuration, $"it is signed with '{Printable(token.Alg)}', which proves nothing here (accepted: RS, PS and ES with SHA-256, 384 or 512)");
        }

        if (await keys.FindAsync(configuration, cancellationToken) is not { } issuerKeys)
        {
            return null;
        }

        TokenValidationResult result = await CheckAsync(token, issuerKeys, clientId);
        if (!result.IsValid && result.Exception is SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException)
        {
            // The issuer may have changed its keys since they were read.
            issuerKeys = await keys.RefreshAsync(configuration, cancellationToken) ?? issuerKeys;
            result = await CheckAsync(token, issuerKeys, clientId);
        }

        if (!result.IsValid)
        {
            throw Invalid(configuration, Reason(result.Exception, issuerKeys, clientId, token));
        }

        CheckAuthorizedParty(token, configuration, clientId);
        CheckNonce(token, configuration, nonce);
        CheckAccessTokenHash(token, configuration, accessToken);
        return Claims(token);
    }

    private async Task<TokenValidationResult> CheckAsync(JsonWebToken token, IssuerKeys issuerKeys, string clientId) =>
        await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuerKeys.Issuer,
            ValidAudience = clientId,
            IssuerSigningKeys = issuerKeys.Keys,
            ValidAlgorithms = AllowedAlgorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = ClockSkew,

            // Some issuers publish one key and leave kid out.
            TryAllIssuerSigningKeys = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsWithin(notBefore, expires),
        });

    private bool IsWithin(DateTime? notBefore, DateTime? expires)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now <= end + ClockSkew && (notBefore is not { } start || start == default || now >= start - ClockSkew);
    }

    private static JsonWebToken Read(string idToken, SmartConfiguration configuration)
    {
        try
        {
            return new JsonWebToken(idToken);
        }
        catch (ArgumentException)
        {
            throw Invalid(configuration, "it is not a signed JSON Web Token");
        }
    }

    private static void CheckAuthorizedParty(JsonWebToken token, SmartConfiguration configuration, string clientId)
    {
        if (token.Azp is { Length: > 0 } party && party != clientId)
        {
            throw Invalid(configuration, $"its authorized party (azp) is '{Printable(party)}', not this client");
        }
    }

    private static void CheckNonce(JsonWebToken token, SmartConfiguration configuration, string? nonce)
    {
        string? repeated = token.TryGetPayloadValue("nonce", out string? value) ? value : null;
        if (nonce is not null && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(repeated ?? "")))
        {
            throw Invalid(configuration, repeated is null ? "it lacks the nonce of this sign-in" : "its nonce is not that of this sign-in");
        }
    }

    /// <summary>OpenID Connect Core section 3.1.3.8: optional in this flow, checked when it is there.</summary>
    private static void CheckAccessTokenHash(JsonWebToken token, SmartConfiguration configuration, string? accessToken)
    {
        if (accessToken is null || !token.TryGetPayloadValue("at_hash", out string? expected) || expected is null)
        {
            return;
        }

        byte[] bytes = Encoding.ASCII.GetBytes(accessToken);
        byte[] hash = token.Alg[^3..] switch
        {
            "384" => SHA384.HashData(bytes),
            "512" => SHA512.HashData(bytes),
            _ => SHA256.HashData(bytes),
        };
        if (Base64UrlEncoder.Encode(hash, 0, hash.Length / 2) != expected.TrimEnd('='))
        {
            throw Invalid(configuration, "its at_hash does not fit the access token it came with");
        }
    }

    private static Dictionary<string, object?> Claims(JsonWebToken token)
    {
        using var payload = System.Text.Json.JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        return (Dictionary<string, object?>)JsonValues.ToObject(payload.RootElement)!;
    }

    private static string Reason(Exception? exception, IssuerKeys issuerKeys, string clientId, JsonWebToken token) => exception switch
    {
        SecurityTokenInvalidIssuerException => $"its issuer is '{Printable(token.Issuer)}', expected '{issuerKeys.Issuer}'",
        SecurityTokenInvalidAudienceException => $"it is not for client '{clientId}' (aud: {Printable(string.Join(", ", token.Audiences))})",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => $"it is expired or not yet valid (exp {token.ValidTo:u})",
        SecurityTokenNoExpirationException => "it has no expiry",
        SecurityTokenSignatureKeyNotFoundException => $"none of the issuer's published keys fits it (kid '{Printable(token.Kid)}')",
        SecurityTokenInvalidSignatureException => "its signature is not made with any of the issuer's published keys",
        SecurityTokenInvalidAlgorithmException => $"its algorithm '{Printable(token.Alg)}' is not accepted",
        _ => "it cannot be validated",
    };

    private static string Printable(string? text) => new([.. (text ?? "").Where(character => !char.IsControl(character)).Take(200)]);

    private static SmartException Invalid(SmartConfiguration configuration, string reason) => new(
        SmartErrorCode.IdTokenInvalid,
        $"The id_token from {configuration.TokenEndpoint?.Host} is not acceptable: {reason}. Nobody was signed in.",
        configuration.TokenEndpoint,
        "Check this machine's clock and that -Aud and -ClientId belong to the same environment. Otherwise report it to the server's operator: the token that says who signed in cannot be trusted.");
}
