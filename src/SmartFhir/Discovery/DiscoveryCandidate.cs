namespace SmartFhir.Discovery;

/// <summary>A place where a server may describe its authorization.</summary>
/// <param name="Uri">The document.</param>
/// <param name="Source">What kind it is.</param>
/// <param name="Issuer">
/// The issuer whose metadata it must be, to the letter (RFC 8414 section 3.3, OpenID Connect Discovery section 4.3); null where it was only guessed from the base.
/// </param>
internal sealed record DiscoveryCandidate(Uri Uri, SmartConfigurationSource Source, string? Issuer = null)
{
    private const string OpenId = ".well-known/openid-configuration";
    private const string OAuth = ".well-known/oauth-authorization-server";

    /// <summary>Where SMART App Launch says that the answer is: 2.x first, then 1.0.</summary>
    public static IEnumerable<DiscoveryCandidate> OfSmart(Uri fhirBase)
    {
        yield return new(new Uri(fhirBase, ".well-known/smart-configuration"), SmartConfigurationSource.SmartConfiguration);
        yield return new(new Uri(fhirBase, "metadata"), SmartConfigurationSource.CapabilityStatement);
    }

    /// <summary>Where servers without SMART metadata have been seen to keep OAuth metadata: below the base, and at the host.</summary>
    public static IEnumerable<DiscoveryCandidate> OfBase(Uri fhirBase)
    {
        yield return new(new Uri(fhirBase, OpenId), SmartConfigurationSource.OpenIdConfiguration);
        yield return new(new Uri(fhirBase, OAuth), SmartConfigurationSource.OAuthAuthorizationServer);
        string path = fhirBase.AbsolutePath.TrimEnd('/');
        if (path.Length > 0)
        {
            yield return new(new Uri(fhirBase, $"/{OAuth}{path}"), SmartConfigurationSource.OAuthAuthorizationServer);
            yield return new(new Uri(fhirBase, $"/{OpenId}"), SmartConfigurationSource.OpenIdConfiguration);
            yield return new(new Uri(fhirBase, $"/{OAuth}"), SmartConfigurationSource.OAuthAuthorizationServer);
        }
    }

    /// <summary>The metadata of an issuer that the server named: OpenID appends to its path, RFC 8414 section 3.1 inserts before it.</summary>
    public static IEnumerable<DiscoveryCandidate> OfIssuer(string issuer)
    {
        if (Uri.TryCreate(issuer, UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http")
        {
            string path = uri.AbsolutePath.TrimEnd('/');
            yield return new(new Uri(uri, $"{path}/{OpenId}"), SmartConfigurationSource.OpenIdConfiguration, issuer);
            yield return new(new Uri(uri, $"/{OAuth}{path}"), SmartConfigurationSource.OAuthAuthorizationServer, issuer);
        }
    }
}
