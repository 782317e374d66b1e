using System.Net.Sockets;
using System.Security.Authentication;

namespace SmartFhir.Http;

/// <summary>Turns what the network stack throws into failures that say which step failed and what to do.</summary>
public static class TransportErrors
{
    /// <summary>The failure for <paramref name="exception"/>. The caller's own cancellation is not a failure: rethrow it before asking.</summary>
    public static SmartException Translate(Exception exception, Uri uri)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(uri);
        if (exception is SmartException known)
        {
            return known;
        }

        (SmartErrorCode code, string message, string remedy) = Explain(exception, uri);
        return new SmartException(code, message, uri, remedy, exception);
    }

    private static (SmartErrorCode Code, string Message, string Remedy) Explain(Exception exception, Uri uri)
    {
        string host = uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}";
        HttpRequestError error = (exception as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
        if (error == HttpRequestError.SecureConnectionError || Find<AuthenticationException>(exception) is not null)
        {
            return Tls(host, exception);
        }

        if (error == HttpRequestError.NameResolutionError || Find<SocketException>(exception) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain })
        {
            return (
                SmartErrorCode.HostNotFound,
                $"The host '{uri.Host}' cannot be found.",
                "Check the spelling of the address, and that this machine has a network, the VPN or the proxy that the server needs.");
        }

        if (Find<SocketException>(exception) is { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return (
                SmartErrorCode.ConnectionRefused,
                $"Nothing answers at {host}: the connection was refused.",
                "Check the port and that the server is running.");
        }

        if (exception is OperationCanceledException or TimeoutException || Find<SocketException>(exception) is { SocketErrorCode: SocketError.TimedOut })
        {
            return (SmartErrorCode.Timeout, $"{host} did not answer in time.", "Try again, or allow more time with -TimeoutSec.");
        }

        if (error == HttpRequestError.ConfigurationLimitExceeded)
        {
            return (
                SmartErrorCode.ResponseTooLarge,
                $"The answer of {uri.GetLeftPart(UriPartial.Path)} is larger than is accepted.",
                "Check that the address is the right one.");
        }

        return (SmartErrorCode.ConnectionFailed, $"The connection to {host} failed: {Printable.Clip(Innermost(exception).Message, 200)}", "Try again. If it lasts, look for a proxy or firewall in between.");
    }

    private static (SmartErrorCode Code, string Message, string Remedy) Tls(string host, Exception exception)
    {
        IReadOnlyList<ServerCertificateProblem> problems = Find<ServerCertificateException>(exception)?.Problems ?? [];
        string why = problems.Count > 0
            ? string.Join("; ", problems.Select(problem => problem.Text))
            : $"the TLS handshake failed ({Printable.Clip(Innermost(exception).Message, 200)})";
        string remedy = (problems.Count > 0 ? problems[0].Kind : ServerCertificateProblemKind.Other) switch
        {
            ServerCertificateProblemKind.NameMismatch => "Use the host name that the certificate is for, or have the server's operator correct it.",
            ServerCertificateProblemKind.Expired => "Check this machine's clock; if it is right, the server's operator must renew the certificate.",
            ServerCertificateProblemKind.Untrusted =>
                "If the certificate comes from a private authority, have the machine trust that authority. Do not switch the check off for real patients' data.",
            _ => "Check the address, and that the server offers TLS 1.2 or later.",
        };
        return (SmartErrorCode.TlsFailure, $"No secure connection to {host}: {why}.", remedy);
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }
}
