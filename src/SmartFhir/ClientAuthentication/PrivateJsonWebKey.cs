using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace SmartFhir.ClientAuthentication;

/// <summary>Reads a private key from a JSON Web Key or a set of them (RFC 7517, RFC 7518 section 6).</summary>
internal static class PrivateJsonWebKey
{
    public static ClientKey Read(string json, string? keyId, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement key = document.RootElement.TryGetProperty("keys", out JsonElement keys) ? Choose(keys, keyId, source) : document.RootElement;
            return ClientKey.From(Import(key, source), keyId ?? Text(key, "kid"));
        }
        catch (JsonException exception)
        {
            throw ClientKey.Unusable($"{source} begins like a JSON Web Key, but is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.", "Copy the file again.", exception);
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or InvalidOperationException)
        {
            throw ClientKey.Unusable($"{source} holds a JSON Web Key with members that do not fit together.", "Export the key again, or make a new one: New-SmartClientKey.", exception);
        }
    }

    private static JsonElement Choose(JsonElement keys, string? keyId, string source)
    {
        JsonElement[] own = [.. keys.EnumerateArray().Where(key => key.TryGetProperty("d", out _))];
        JsonElement[] fitting = keyId is null ? own : [.. own.Where(key => Text(key, "kid") == keyId)];
        if (fitting.Length == 1)
        {
            return fitting[0];
        }

        string ids = string.Join(", ", own.Select(key => $"'{Text(key, "kid") ?? "(none)"}'"));
        throw own.Length == 0
            ? ClientKey.Unusable($"{source} is a set of public keys only.", "Give the private key; the public set is what the server gets.")
            : ClientKey.Unusable(
                keyId is null ? $"{source} holds {own.Length} private keys: {ids}." : $"{source} holds no private key with the id '{keyId}', but: {ids}.",
                "Choose one with -KeyId.");
    }

    private static AsymmetricAlgorithm Import(JsonElement key, string source)
    {
        if (Text(key, "d") is null)
        {
            throw ClientKey.Unusable($"{source} is a public key: the private member 'd' is missing.", "Give the private key; the public one is what the server gets.");
        }

        return Text(key, "kty") switch
        {
            "RSA" => Text(key, "p") is not null ? Rsa(key) : throw ClientKey.Unusable($"{source} is an RSA key without its primes (p, q, dp, dq, qi), which is not read here.", "Export the key whole, or make a new one: New-SmartClientKey."),
            "EC" => Ec(key, source),
            var other => throw ClientKey.Unusable($"{source} is a key of the type '{other}', not RSA or EC.", "Make a key that SMART servers accept: New-SmartClientKey."),
        };
    }

    private static RSA Rsa(JsonElement key)
    {
        byte[] modulus = Bytes(key, "n");
        int half = (modulus.Length + 1) / 2;
        return RSA.Create(new RSAParameters
        {
            Modulus = modulus,
            Exponent = Bytes(key, "e"),
            D = Padded(Bytes(key, "d"), modulus.Length),
            P = Padded(Bytes(key, "p"), half),
            Q = Padded(Bytes(key, "q"), half),
            DP = Padded(Bytes(key, "dp"), half),
            DQ = Padded(Bytes(key, "dq"), half),
            InverseQ = Padded(Bytes(key, "qi"), half),
        });
    }

    private static ECDsa Ec(JsonElement key, string source)
    {
        (ECCurve curve, int length) = Text(key, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            var other => throw ClientKey.Unusable($"{source} is an EC key on the curve '{other}', not on P-256, P-384 or P-521.", "Make a key that SMART servers accept: New-SmartClientKey."),
        };
        return ECDsa.Create(new ECParameters
        {
            Curve = curve,
            D = Padded(Bytes(key, "d"), length),
            Q = new ECPoint { X = Padded(Bytes(key, "x"), length), Y = Padded(Bytes(key, "y"), length) },
        });
    }

    /// <summary>Some exporters drop leading zeros, which .NET wants.</summary>
    private static byte[] Padded(byte[] value, int length) => value.Length >= length ? value : [.. new byte[length - value.Length], .. value];

    private static byte[] Bytes(JsonElement key, string name) => Base64UrlEncoder.DecodeBytes(Text(key, name) ?? throw new FormatException($"'{name}' is missing."));

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
