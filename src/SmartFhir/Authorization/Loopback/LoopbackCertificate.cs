using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Authorization.Loopback;

/// <summary>
/// The self-signed server certificate for an https redirect URI: RSA-2048, one host name, one year. It is kept for the user, one file a
/// host that only the user can read, so that the exception which the browser asks for once lasts. It proves nothing to anybody else:
/// it is not a certificate authority and is trusted nowhere.
/// </summary>
/// <param name="folder">Where the certificates are kept.</param>
/// <param name="time">The clock.</param>
public sealed class LoopbackCertificate(string folder, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(7);

    /// <summary>The user's own folder: <c>SmartFhir/loopback</c> under the local application data.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "SmartFhir", "loopback");

    /// <summary>The kept certificate for the host of <paramref name="redirect"/>, or a new one when there is none that lasts another week.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ListenerFailed"/> when the folder cannot be written.</exception>
    public X509Certificate2 GetOrCreate(Uri redirect)
    {
        ArgumentNullException.ThrowIfNull(redirect);
        string host = redirect.Host.Trim('[', ']');
        string path = Path.Combine(folder, host.Replace(':', '_') + ".pfx");
        return TryLoad(path, host) ?? Create(path, host, redirect);
    }

    private X509Certificate2? TryLoad(string path, string host)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            X509Certificate2 certificate = Open(File.ReadAllBytes(path));
            DateTime now = time.GetUtcNow().LocalDateTime;
            if (certificate.HasPrivateKey && certificate.MatchesHostname(host) && certificate.NotBefore <= now && certificate.NotAfter > now + RenewBefore)
            {
                return certificate;
            }

            certificate.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException)
        {
            // Damaged: a new one takes its place.
            return null;
        }
    }

    private X509Certificate2 Create(string path, string host, Uri redirect)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}, O=SmartFhir loopback", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset start = time.GetUtcNow().AddMinutes(-5);
        using X509Certificate2 made = request.CreateSelfSigned(start, start + Lifetime);
        byte[] pfx = made.Export(X509ContentType.Pkcs12);
        try
        {
            Keep(path, pfx);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SmartException(
                SmartErrorCode.ListenerFailed,
                $"The certificate for {redirect.OriginalString} cannot be kept in {folder}: {exception.Message}",
                redirect,
                "Make the folder writable, or give a certificate with its private key by -Certificate.",
                exception);
        }

        return Open(pfx);
    }

    /// <summary>Written under another name first: two sign-ins at once must not leave half a file.</summary>
    private static void Keep(string path, byte[] pfx)
    {
        string folder = Path.GetDirectoryName(path)!;
        string temporary = $"{path}.{Guid.NewGuid():N}";
        if (OperatingSystem.IsWindows())
        {
            // The local application data of a user is closed to other users by its inherited rights.
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(temporary, pfx);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(pfx);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>From bytes, not from the key in memory: Windows' TLS cannot use an ephemeral key.</summary>
    private static X509Certificate2 Open(byte[] pfx) => X509CertificateLoader.LoadPkcs12(pfx, password: null);
}
