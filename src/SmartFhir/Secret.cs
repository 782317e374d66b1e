using System.Net;
using System.Security;

namespace SmartFhir;

/// <summary>The short way from a SecureString to the text that a request needs, and back.</summary>
internal static class Secret
{
    public static string Reveal(SecureString secret) => new NetworkCredential("", secret).Password;

    public static SecureString Protect(string text) => new NetworkCredential("", text).SecurePassword;
}
