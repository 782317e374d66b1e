using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Discovery;
using SmartFhir.Http;

namespace SmartFhir.Authorization;

/// <summary>The keys of an issuer.</summary>
/// <param name="Issuer">The issuer identifier, to the letter.</param>
/// <param name="Keys">Its signing keys.</param>
public sealed record IssuerKeys(string Issuer, IReadOnlyList<SecurityKey> Keys);

/// <summary>
/// Finds the keys that an id_token is signed with: <c>jwks_uri</c> of the SMART configuration, or of the issuer's openid-configuration
/// (SMART App Launch 2.2, "Steps for using an ID token"; OpenID Connect Discovery section 4). Kept for the life of this object.
/// </summary>
/// <param name="http">Sends the requests.</param>
/// <param name="allowInsecureHttp">Whether plain http is accepted beyond loopback.</param>
public sealed class JsonWebKeySource(HttpClient http, bool allowInsecureHttp)
{
    private const int MaximumKeys = 100;

    private IssuerKeys? _found;

    /// <summary>The issuer's keys, or null when the server names neither an issuer nor keys.</summary>
    /// <exception cref="SmartException">The documents cannot be read, or name another issuer.</exception>
    public async Task<IssuerKeys?> FindAsync(SmartConfiguration configuration, CancellationToken cancellationToken) =>
        _found ??= await ReadAsync(configuration, cancellationToken);

    /// <summary>Reads the keys anew.</summary>
    public async Task<IssuerKeys?> RefreshAsync(SmartConfiguration configuration, CancellationToken cancellationToken) =>
        _found = await ReadAsync(configuration, cancellationToken);

    private async Task<IssuerKeys?> ReadAsync(SmartConfiguration configuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        (string? issuer, Uri? keysUri) = (configuration.Issuer, configuration.JwksUri);
        if (keysUri is null && issuer is not null)
        {
            keysUri = await FindKeysUriAsync(issuer, cancellationToken);
        }

        if (issuer is null || keysUri is null)
        {
            return null;
        }

        UrlPolicy.RequireSecure(keysUri, allowInsecureHttp, "jwks_uri");
        using JsonDocument document = await ProtocolDocument.GetJsonAsync(http, keysUri, cancellationToken);
        return new IssuerKeys(issuer, SigningKeys(document, keysUri));
    }

    private async Task<Uri?> FindKeysUriAsync(string issuer, CancellationToken cancellationToken)
    {
        var address = new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        UrlPolicy.RequireSecure(address, allowInsecureHttp, "issuer");
        using JsonDocument document = await ProtocolDocument.GetJsonAsync(http, address, cancellationToken);
        string? named = document.RootElement.TryGetProperty("issuer", out JsonElement value) ? value.GetString() : null;
        if (named != issuer)
        {
            throw new SmartException(
                SmartErrorCode.IdTokenInvalid,
                $"{address} names the issuer '{named}', but the SMART configuration names '{issuer}' (OpenID Connect Discovery section 4.3 wants them equal).",
                address,
                "Report it to the server's operator.");
        }

        return document.RootElement.TryGetProperty("jwks_uri", out JsonElement keys) && Uri.TryCreate(keys.GetString(), UriKind.Absolute, out Uri? uri) ? uri : null;
    }

    private static List<SecurityKey> SigningKeys(JsonDocument document, Uri keysUri)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(document.RootElement.GetRawText());
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            throw Unusable("is not a JSON Web Key Set", exception);
        }

        if (set.Keys.Count > MaximumKeys)
        {
            throw Unusable($"holds more than {MaximumKeys} keys", null);
        }

        // Symmetric keys never belong into a published set.
        return [.. set.GetSigningKeys().Where(key => key is not SymmetricSecurityKey)];

        SmartException Unusable(string what, Exception? cause) => new(
            SmartErrorCode.IdTokenInvalid, $"The key set {keysUri} {what}.", keysUri, "Report it to the server's operator.", cause);
    }
}
