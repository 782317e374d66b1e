namespace SmartFhir.Authorization.Launch;

/// <summary>What an EHR sends to the launch URL (SMART App Launch 2.2, "Launch App: EHR Launch").</summary>
/// <param name="Iss">The FHIR base URL, to the letter: it is sent back as <c>aud</c>.</param>
/// <param name="Launch">The opaque launch value: it is sent back as <c>launch</c>.</param>
public sealed record LaunchRequest(string Iss, string Launch)
{
    /// <summary>The server; not the launch value, which is a secret between the EHR and the app.</summary>
    public override string ToString() => $"Launch from {Iss}";

    /// <summary>
    /// True when <paramref name="iss"/> is one of the servers that the caller allows. Host and scheme are compared without case, one slash
    /// at the end does not matter; everything else is compared to the letter.
    /// </summary>
    public static bool IsAllowed(string iss, IEnumerable<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        return Uri.TryCreate(iss, UriKind.Absolute, out Uri? given)
            && given.UserInfo.Length == 0 && given.Query.Length == 0 && given.Fragment.Length == 0
            && allowed.Any(text => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
                && uri.Scheme == given.Scheme && uri.IdnHost.Equals(given.IdnHost, StringComparison.OrdinalIgnoreCase) && uri.Port == given.Port
                && uri.AbsolutePath.TrimEnd('/') == given.AbsolutePath.TrimEnd('/'));
    }
}
