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
        if (Find<AuthenticationException>(exception) is { } tls)
        {
            return (
                SmartErrorCode.TlsFailure,
                $"No secure connection to {host}: {TlsReason(tls)}.",
                "Check the address and this machine's clock. If the server's certificate comes from a private authority, have the machine trust that authority. Do not switch the check off for real patients' data.");
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

        return (SmartErrorCode.ConnectionFailed, $"The connection to {host} failed: {Innermost(exception).Message}", "Try again. If it lasts, look for a proxy or firewall in between.");
    }

    private static string TlsReason(AuthenticationException exception)
    {
        string text = exception.Message + " " + exception.InnerException?.Message;
        if (text.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal))
        {
            return "its certificate is for another host name";
        }

        if (text.Contains("NotTimeValid", StringComparison.Ordinal))
        {
            return "its certificate has expired or is not valid yet";
        }

        if (text.Contains("UntrustedRoot", StringComparison.Ordinal) || text.Contains("PartialChain", StringComparison.Ordinal))
        {
            return "its certificate comes from an authority that this machine does not trust (a self-signed certificate looks the same)";
        }

        if (text.Contains("Revoked", StringComparison.Ordinal))
        {
            return "its certificate is revoked";
        }

        return $"the TLS handshake failed ({Innermost(exception).Message})";
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
