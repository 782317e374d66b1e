using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace SmartFhir.ClientAuthentication;

/// <summary>The public part of a key as a JSON Web Key (RFC 7517, RFC 7518 section 6).</summary>
internal static class PublicJsonWebKey
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The members that make the key, in the order of RFC 7638: by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(AsymmetricAlgorithm key)
    {
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (key is RSA rsa)
        {
            RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
            members["kty"] = "RSA";
            members["n"] = Base64UrlEncoder.Encode(parameters.Modulus);
            members["e"] = Base64UrlEncoder.Encode(parameters.Exponent);
            return members;
        }

        ECParameters point = ((ECDsa)key).ExportParameters(includePrivateParameters: false);
        members["kty"] = "EC";
        members["crv"] = CurveOf(point.Curve);
        members["x"] = Base64UrlEncoder.Encode(point.Q.X);
        members["y"] = Base64UrlEncoder.Encode(point.Q.Y);
        return members;
    }

    /// <summary>RFC 7638 section 3: SHA-256 over the required members, by name, without white space.</summary>
    public static string Thumbprint(IReadOnlyDictionary<string, string> members)
    {
        string json = "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"\"{member.Key}\":\"{member.Value}\"")) + "}";
        return Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>The length alone would take other curves of 256 bits (secp256k1, Brainpool) for P-256.</summary>
    private static string CurveOf(ECCurve curve) => (curve.Oid?.Value ?? curve.Oid?.FriendlyName) switch
    {
        "1.2.840.10045.3.1.7" or "nistP256" or "ECDSA_P256" => "P-256",
        "1.3.132.0.34" or "nistP384" or "ECDSA_P384" => "P-384",
        "1.3.132.0.35" or "nistP521" or "ECDSA_P521" => "P-521",
        var other => throw ClientKey.Unusable($"The EC key is on the curve {other ?? "with parameters of its own"}, not on P-256, P-384 or P-521.", "Make a new key: New-SmartClientKey."),
    };
}
