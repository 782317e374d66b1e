using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.Http;

/// <summary>
/// Judges server certificates. The platform's exception would only hold a sentence;
/// <see cref="ServerCertificateException"/> holds the reasons, so that the message can name them and the remedy can fit.
/// </summary>
internal static class ServerCertificate
{
    /// <summary>The rules of <paramref name="options"/>, or the platform's, with reasons when they say no.</summary>
    public static RemoteCertificateValidationCallback Check(SmartHttpOptions options) => (sender, certificate, chain, errors) =>
    {
        bool accepted = options.ServerCertificateValidation is { } rule
            ? rule(sender, certificate, chain, errors)
            : errors == SslPolicyErrors.None || IsSignedBy(options.TrustedRoots, certificate, chain, errors);
        return accepted ? true : throw new ServerCertificateException(Reasons(certificate, chain, errors));
    };

    /// <summary>The name must fit in any case; only the root may be one of ours instead of the system's.</summary>
    private static bool IsSignedBy(X509Certificate2Collection? roots, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (roots is not { Count: > 0 } || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || chain is null)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = new X509Certificate2(certificate);
        return own.Build(copy);
    }

    private static List<ServerCertificateProblem> Reasons(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var reasons = new List<ServerCertificateProblem>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            reasons.Add(new(ServerCertificateProblemKind.Other, "the server sent no certificate"));
            return reasons;
        }

        using var leaf = new X509Certificate2(certificate);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add(new(ServerCertificateProblemKind.NameMismatch, $"its certificate is for another name ({Names(leaf)})"));
        }

        X509ChainStatusFlags status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            string from = leaf.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            string until = leaf.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            reasons.Add(new(ServerCertificateProblemKind.Expired, $"a certificate is expired or not yet valid (the server's own is valid from {from} to {until})"));
        }

        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != X509ChainStatusFlags.NoError)
        {
            reasons.Add(new(ServerCertificateProblemKind.Untrusted, $"its certificate is not signed by an authority that this computer trusts (issuer: {leaf.Issuer})"));
        }

        X509ChainStatusFlags rest = status
            & ~(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain);
        if (rest != X509ChainStatusFlags.NoError)
        {
            reasons.Add(new(ServerCertificateProblemKind.Other, $"its certificate chain is faulty: {rest}"));
        }

        if (reasons.Count == 0)
        {
            reasons.Add(new(ServerCertificateProblemKind.Other, "its certificate was refused"));
        }

        return reasons;
    }

    private static string Names(X509Certificate2 leaf)
    {
        X509SubjectAlternativeNameExtension? alternative = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        List<string> names = alternative is null
            ? []
            : [.. alternative.EnumerateDnsNames(), .. alternative.EnumerateIPAddresses().Select(address => address.ToString())];
        return names.Count == 0 ? leaf.Subject : string.Join(", ", names.Take(5));
    }
}

/// <summary>What is wrong with a server certificate.</summary>
internal enum ServerCertificateProblemKind
{
    Untrusted,
    NameMismatch,
    Expired,
    Other,
}

/// <summary>One reason to refuse a certificate.</summary>
internal sealed record ServerCertificateProblem(ServerCertificateProblemKind Kind, string Text);

/// <summary>Thrown out of the TLS handshake; reaches callers as the inner exception of an HttpRequestException.</summary>
internal sealed class ServerCertificateException(IReadOnlyList<ServerCertificateProblem> problems)
    : AuthenticationException(string.Join("; ", problems.Select(problem => problem.Text)))
{
    public IReadOnlyList<ServerCertificateProblem> Problems { get; } = problems;
}
