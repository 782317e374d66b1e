using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SmartFhir.ClientAuthentication;

/// <summary>
/// Reads a private key from what people have: PEM in PKCS#8 (encrypted or not), PKCS#1 and SEC1, JWK, JWKS, PFX, or the certificate store
/// (<c>Cert:\CurrentUser\My\thumbprint</c>).
/// </summary>
public static class ClientKeyReader
{
    private const int MaximumBytes = 1024 * 1024;

    /// <summary>Reads a key from a file, or from the certificate store.</summary>
    /// <param name="path">A full path, or <c>Cert:\location\store\thumbprint</c>.</param>
    /// <param name="password">For an encrypted key; null when there is none.</param>
    /// <param name="keyId"><c>kid</c>: chooses from a JWKS, and is sent with assertions. Null for the key's own.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.KeyUnusable"/>, which says what the file is and what to do.</exception>
    public static ClientKey ReadFile(string path, SecureString? password = null, string? keyId = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.StartsWith("Cert:", StringComparison.OrdinalIgnoreCase))
        {
            return FromStore(path, keyId);
        }

        byte[] content;
        try
        {
            var file = new FileInfo(path);
            content = file.Length <= MaximumBytes
                ? File.ReadAllBytes(path)
                : throw ClientKey.Unusable($"{path} has {file.Length} bytes: that is no key.", "Give the file with the private key.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ClientKey.Unusable($"The client key {path} cannot be read: {exception.Message}", "Give -ClientKey the path of the private key. New-SmartClientKey makes one.", exception);
        }

        try
        {
            return content is [0x30, ..] ? FromPfx(content, password, keyId, path) : Parse(Encoding.UTF8.GetString(content), password, keyId, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads a key from PEM, JWK or JWKS text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="password">For an encrypted key.</param>
    /// <param name="keyId">Chooses from a JWKS, and is sent with assertions.</param>
    /// <param name="source">Where the text comes from, for errors.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.KeyUnusable"/>.</exception>
    public static ClientKey Parse(string text, SecureString? password = null, string? keyId = null, string source = "the client key")
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (trimmed.StartsWith('{'))
        {
            return PrivateJsonWebKey.Read(trimmed, keyId, source);
        }

        return trimmed.Contains("-----BEGIN ", StringComparison.Ordinal)
            ? FromPem(trimmed, password, keyId, source)
            : throw ClientKey.Unusable($"{source} holds neither PEM nor a JSON Web Key nor a PFX.", "Give the private key as PEM, JWK, JWKS or PFX. New-SmartClientKey makes one.");
    }

    private static ClientKey FromPem(string text, SecureString? password, string? keyId, string source)
    {
        var labels = new List<string>();
        for (ReadOnlySpan<char> rest = text; PemEncoding.TryFind(rest, out PemFields fields); rest = rest[fields.Location.End..])
        {
            string label = rest[fields.Label].ToString();
            string block = rest[fields.Location].ToString();
            switch (label)
            {
                case "ENCRYPTED PRIVATE KEY":
                    return ClientKey.From(Decrypt(block, password, source), keyId);
                case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY":
                    return ClientKey.From(Import(block, source), keyId);
                default:
                    labels.Add(label);
                    break;
            }
        }

        // .NET reads no headers inside PEM, which is where OpenSSL's older encryption stands.
        if (text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw ClientKey.Unusable($"{source} is encrypted in OpenSSL's old way, which is weak and not read here.", "Convert it: openssl pkcs8 -topk8 -in old.pem -out new.pem");
        }

        throw labels switch
        {
            ["OPENSSH PRIVATE KEY", ..] => ClientKey.Unusable($"{source} is a key of OpenSSH.", "Convert it (ssh-keygen -p -m PEM -f <copy of the key>), or make one for this purpose: New-SmartClientKey."),
            [] => ClientKey.Unusable($"{source} holds PEM that is cut off or damaged.", "Copy the file again, with its BEGIN and END lines."),
            _ => ClientKey.Unusable($"{source} holds no private key, only: {string.Join(", ", labels.Distinct(StringComparer.Ordinal))}.", "Give the file with the private key; a certificate or public key is what the server gets."),
        };
    }

    private static AsymmetricAlgorithm Import(string pem, string source)
    {
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
        }

        ECDsa ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return ec;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            ec.Dispose();
            throw ClientKey.Unusable($"{source} holds a private key that is damaged, or neither RSA nor EC (P-256, P-384, P-521).", "Make a key that SMART servers accept: New-SmartClientKey.", exception);
        }
    }

    private static AsymmetricAlgorithm Decrypt(string pem, SecureString? password, string source)
    {
        if (password is null)
        {
            throw ClientKey.Unusable($"{source} is encrypted.", "Give its password with -ClientKeyPassword (a SecureString).");
        }

        string revealed = Secret.Reveal(password);
        RSA rsa = RSA.Create();
        try
        {
            rsa.ImportFromEncryptedPem(pem, revealed);
            return rsa;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
        }

        ECDsa ec = ECDsa.Create();
        try
        {
            ec.ImportFromEncryptedPem(pem, revealed);
            return ec;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            ec.Dispose();
            throw ClientKey.Unusable($"{source} cannot be opened: the password is wrong, or it holds neither an RSA nor an EC key.", "Check -ClientKeyPassword.", exception);
        }
    }

    private static ClientKey FromPfx(byte[] content, SecureString? password, string? keyId, string source)
    {
        try
        {
            X509KeyStorageFlags flags = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
            using var certificate = new X509Certificate2(content, password, flags);
            return ClientKey.From(certificate, keyId);
        }
        catch (CryptographicException exception)
        {
            throw ClientKey.Unusable(
                $"{source} cannot be opened as a PFX: {(password is null ? "it needs a password, or is damaged" : "the password is wrong, or it is damaged")}.",
                "Give its password with -ClientKeyPassword (a SecureString). A bare DER key is to be converted first: openssl pkey -inform DER -in key.der -out key.pem",
                exception);
        }
    }

    private static ClientKey FromStore(string path, string? keyId)
    {
        string[] parts = path["Cert:".Length..].Split(['\\', '/'], StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [var location, var name, var thumbprint] || !Enum.TryParse(location, ignoreCase: true, out StoreLocation where))
        {
            throw ClientKey.Unusable($"'{path}' is not a path in the certificate store.", "Write it as Cert:\\CurrentUser\\My\\<thumbprint>.");
        }

        try
        {
            using var store = new X509Store(name, where, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            X509Certificate2 certificate = store.Certificates.FirstOrDefault(item => item.Thumbprint.Equals(thumbprint, StringComparison.OrdinalIgnoreCase))
                ?? throw ClientKey.Unusable($"There is no certificate {thumbprint} in {where}\\{name}.", $"Get-ChildItem Cert:\\{where}\\{name} lists them, on Windows.");
            return ClientKey.From(certificate, keyId);
        }
        catch (CryptographicException exception)
        {
            throw ClientKey.Unusable($"The certificate store {where}\\{name} cannot be opened: {exception.Message}", "Check the name of the store, or give the key as a file.", exception);
        }
    }
}
