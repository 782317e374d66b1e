using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace SmartFhir.ClientAuthentication;

/// <summary>
/// The private key that a confidential client signs its assertions with (SMART App Launch 2.2, "Client Authentication: Asymmetric").
/// It stays where it is: a key that a store does not hand out is used through its handle. Nothing here shows its private part.
/// </summary>
public sealed class ClientKey : IDisposable
{
    /// <summary>Smaller RSA keys are refused (NIST SP 800-131A).</summary>
    public const int MinimumRsaBits = 2048;

    private readonly AsymmetricAlgorithm _key;

    private ClientKey(AsymmetricAlgorithm key, string? keyId)
    {
        _key = key;
        SigningKey = key switch
        {
            RSA { KeySize: >= MinimumRsaBits } rsa => new RsaSecurityKey(rsa),
            RSA rsa => throw Unusable($"The RSA key has only {rsa.KeySize} bits; {MinimumRsaBits} are the least that is safe.", "Make a new key: New-SmartClientKey."),
            ECDsa ec => new ECDsaSecurityKey(ec),
            _ => throw Unusable($"A client key is RSA or EC, not {key.GetType().Name}.", "Make a new key: New-SmartClientKey."),
        };
        PublicKey = PublicJsonWebKey.Of(key);
        Thumbprint = PublicJsonWebKey.Thumbprint(PublicKey);
        KeyId = string.IsNullOrWhiteSpace(keyId) ? Thumbprint : keyId;

        // The provider would outlive a key that is disposed.
        SigningKey.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        SigningKey.KeyId = KeyId;
    }

    /// <summary><c>kid</c>: what the server finds the public key by.</summary>
    public string KeyId { get; }

    /// <summary>The JWK thumbprint with SHA-256 (RFC 7638).</summary>
    public string Thumbprint { get; }

    /// <summary>The algorithm that SMART servers must accept for this key: RS384 for RSA, ES384 for P-384; that of the curve for other curves.</summary>
    public string DefaultAlgorithm => Algorithms[0];

    /// <summary>The algorithms that this key can sign with, the preferred one first.</summary>
    public IReadOnlyList<string> Algorithms => PublicKey.GetValueOrDefault("crv") switch
    {
        null => ["RS384", "RS256", "RS512", "PS384", "PS256", "PS512"],
        "P-256" => ["ES256"],
        "P-521" => ["ES512"],
        _ => ["ES384"],
    };

    /// <summary>Signs with the key's own handle.</summary>
    internal SecurityKey SigningKey { get; }

    /// <summary>The public members of the JWK, without <c>kid</c>, <c>use</c> and <c>alg</c>.</summary>
    internal IReadOnlyDictionary<string, string> PublicKey { get; }

    /// <summary>Takes over a key; it is disposed with this object.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.KeyUnusable"/>.</exception>
    public static ClientKey From(AsymmetricAlgorithm key, string? keyId = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new ClientKey(key, keyId);
    }

    /// <summary>The key of a certificate, through its handle.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.KeyUnusable"/> when the certificate has no private key here.</exception>
    public static ClientKey From(X509Certificate2 certificate, string? keyId = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        AsymmetricAlgorithm? key = certificate.HasPrivateKey ? (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey() : null;
        return new ClientKey(key ?? throw Unusable(
            $"The certificate '{certificate.Subject}' has no RSA or EC private key here.",
            "Give the certificate from the store that holds its key (Get-Item Cert:\\CurrentUser\\My\\<thumbprint>), or a PFX file."), keyId);
    }

    /// <summary>A new key for an algorithm.</summary>
    /// <param name="algorithm">RS384 (RSA-3072) or ES384 (P-384).</param>
    /// <param name="keyId"><c>kid</c>; the thumbprint when null.</param>
    public static ClientKey Create(string algorithm, string? keyId = null) => algorithm switch
    {
        "RS384" => new ClientKey(RSA.Create(3072), keyId),
        "ES384" => new ClientKey(ECDsa.Create(ECCurve.NamedCurves.nistP384), keyId),
        _ => throw new SmartException(SmartErrorCode.InvalidArgument, $"'{algorithm}' is not an algorithm that every SMART server accepts.", remedy: "Use ES384 or RS384."),
    };

    /// <summary>The algorithm to sign with at a server.</summary>
    /// <param name="announced"><c>token_endpoint_auth_signing_alg_values_supported</c>; empty when the server does not say.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.KeyUnusable"/> when the server accepts none of the key's algorithms.</exception>
    public string ChooseAlgorithm(IReadOnlyList<string> announced)
    {
        ArgumentNullException.ThrowIfNull(announced);
        return announced.Count == 0
            ? DefaultAlgorithm
            : Algorithms.FirstOrDefault(algorithm => announced.Contains(algorithm, StringComparer.Ordinal)) ?? throw Unusable(
                $"The server accepts client assertions signed with {string.Join(", ", announced)}, but this key signs with {string.Join(", ", Algorithms)}.",
                "Make a key of the other kind (New-SmartClientKey -Algorithm RS384 or ES384), and register its public part.");
    }

    /// <summary>The JWKS to register: the public key with <c>kid</c>, <c>use</c>, <c>alg</c> and <c>key_ops</c>, as indented JSON.</summary>
    public string ToJwks()
    {
        var key = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach ((string name, string value) in PublicKey)
        {
            key[name] = value;
        }

        key["kid"] = KeyId;
        key["use"] = "sig";
        key["alg"] = DefaultAlgorithm;
        key["key_ops"] = new[] { "verify" };
        return JsonSerializer.Serialize(new { keys = new[] { key } }, PublicJsonWebKey.Indented);
    }

    /// <summary>The private key as PKCS#8 PEM, encrypted when a password is given (PBES2, AES-256).</summary>
    /// <exception cref="CryptographicException">The store does not hand the key out.</exception>
    internal string ToPem(string? password) => password is null
        ? _key.ExportPkcs8PrivateKeyPem()
        : _key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 210_000));

    /// <summary>The kind and the id; never the private part.</summary>
    public override string ToString() => $"{(_key is RSA ? "RSA" : "EC")} key, {_key.KeySize} bits, kid {KeyId}";

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    internal static SmartException Unusable(string message, string remedy, Exception? inner = null) => new(SmartErrorCode.KeyUnusable, message, null, remedy, inner);
}
