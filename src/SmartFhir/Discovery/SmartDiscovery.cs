using System.Net;
using System.Text.Json;
using SmartFhir.Http;

namespace SmartFhir.Discovery;

/// <summary>
/// Finds out how to sign in at a FHIR server (SMART App Launch 2.2, "Retrieve .well-known/smart-configuration"). Asked in order, until one
/// names a token endpoint: the SMART configuration, the CapabilityStatement (SMART 1.0), RFC 8414 and OpenID metadata. A person's
/// browser is not needed.
/// </summary>
/// <param name="http">Sends the requests.</param>
/// <param name="allowInsecureHttp">Whether plain http is accepted beyond loopback.</param>
/// <param name="log">Called with one line for each document that was asked for.</param>
public sealed class SmartDiscovery(HttpClient http, bool allowInsecureHttp = false, Action<string>? log = null)
{
    private const string AcceptJson = "application/json";

    /// <summary>Reads the configuration of the server at <paramref name="aud"/>.</summary>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.InvalidArgument"/>, <see cref="SmartErrorCode.InsecureHttp"/>, <see cref="SmartErrorCode.HostNotFound"/>,
    /// <see cref="SmartErrorCode.ConnectionRefused"/>, <see cref="SmartErrorCode.TlsFailure"/>, <see cref="SmartErrorCode.DiscoveryNotFound"/>,
    /// <see cref="SmartErrorCode.DiscoveryNotJson"/>, <see cref="SmartErrorCode.EndpointMissing"/>, <see cref="SmartErrorCode.EndpointNotHttps"/>,
    /// <see cref="SmartErrorCode.DiscoveryFailed"/>.
    /// </exception>
    public async Task<SmartConfiguration> DiscoverAsync(string aud, CancellationToken cancellationToken)
    {
        Uri fhirBase = FhirBaseUrl.Parse(aud, allowInsecureHttp);
        var attempts = new List<DiscoveryAttempt>();
        foreach ((Uri uri, SmartConfigurationSource source) in Candidates(fhirBase))
        {
            DiscoveryAttempt attempt = await TryAsync(aud, fhirBase, uri, source, cancellationToken);
            log?.Invoke($"Discovery: {uri} - {attempt.Outcome}.");
            if (attempt.Configuration is { } configuration)
            {
                return configuration;
            }

            attempts.Add(attempt);
        }

        throw DiscoveryAttempt.Failure(aud, fhirBase, attempts);
    }

    /// <summary>The endpoints as the caller knows them, for a server whose discovery is closed (-SkipDiscovery).</summary>
    /// <exception cref="SmartException">An address is unusable.</exception>
    public SmartConfiguration Manual(string aud, Uri? authorizationEndpoint, Uri tokenEndpoint)
    {
        ArgumentNullException.ThrowIfNull(tokenEndpoint);
        FhirBaseUrl.Parse(aud, allowInsecureHttp);
        if (authorizationEndpoint is not null)
        {
            UrlPolicy.RequireSecure(authorizationEndpoint, allowInsecureHttp, "-AuthorizationEndpoint");
        }

        UrlPolicy.RequireSecure(tokenEndpoint, allowInsecureHttp, "-TokenEndpoint");
        return new SmartConfiguration
        {
            Aud = aud,
            Source = SmartConfigurationSource.Manual,
            AuthorizationEndpoint = authorizationEndpoint,
            TokenEndpoint = tokenEndpoint,
        };
    }

    /// <summary>Well-known documents stand below the base; RFC 8414 section 3.1 puts them between host and path instead.</summary>
    private static IEnumerable<(Uri Uri, SmartConfigurationSource Source)> Candidates(Uri fhirBase)
    {
        yield return (new Uri(fhirBase, ".well-known/smart-configuration"), SmartConfigurationSource.SmartConfiguration);
        yield return (new Uri(fhirBase, "metadata"), SmartConfigurationSource.CapabilityStatement);
        yield return (new Uri(fhirBase, ".well-known/openid-configuration"), SmartConfigurationSource.OpenIdConfiguration);
        string path = fhirBase.AbsolutePath.TrimEnd('/');
        if (path.Length > 0)
        {
            yield return (new Uri(fhirBase, "/.well-known/oauth-authorization-server" + path), SmartConfigurationSource.OAuthAuthorizationServer);
            yield return (new Uri(fhirBase, "/.well-known/openid-configuration"), SmartConfigurationSource.OpenIdConfiguration);
        }

        yield return (new Uri(fhirBase, "/.well-known/oauth-authorization-server"), SmartConfigurationSource.OAuthAuthorizationServer);
    }

    private async Task<DiscoveryAttempt> TryAsync(string aud, Uri fhirBase, Uri uri, SmartConfigurationSource source, CancellationToken cancellationToken)
    {
        // Where the base itself cannot be reached, nothing else on the host can: the failure of the first request says why.
        bool statement = source == SmartConfigurationSource.CapabilityStatement;
        ProtocolAnswer answer = await ProtocolDocument.GetAsync(http, uri, statement ? $"application/fhir+json, {AcceptJson};q=0.9" : AcceptJson, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return new DiscoveryAttempt(uri, source, answer.StatusCode, $"HTTP {(int)answer.StatusCode}");
        }

        JsonDocument document;
        try
        {
            document = ProtocolDocument.ParseObject(answer);
        }
        catch (SmartException exception) when (exception.Code == SmartErrorCode.ResponseNotJson)
        {
            return new DiscoveryAttempt(uri, source, answer.StatusCode, "not JSON") { NotJson = exception.Message };
        }

        using (document)
        {
            SmartConfiguration configuration = statement
                ? CapabilityStatementReader.Read(document.RootElement, aud, fhirBase, uri)
                : SmartConfigurationReader.Read(document.RootElement, aud, fhirBase, uri, source);
            if (configuration.TokenEndpoint is null && configuration.AuthorizationEndpoint is null)
            {
                return new DiscoveryAttempt(uri, source, answer.StatusCode, "names no endpoints") { Empty = true };
            }

            if (configuration.TokenEndpoint is null)
            {
                return new DiscoveryAttempt(uri, source, answer.StatusCode, "names no token endpoint") { Empty = true };
            }

            RequireSecure(configuration);
            return new DiscoveryAttempt(uri, source, answer.StatusCode, "found") { Configuration = configuration };
        }
    }

    private void RequireSecure(SmartConfiguration configuration)
    {
        (Uri? Uri, string Name)[] endpoints =
        [
            (configuration.AuthorizationEndpoint, "authorization_endpoint"), (configuration.TokenEndpoint, "token_endpoint"),
            (configuration.JwksUri, "jwks_uri"), (configuration.RevocationEndpoint, "revocation_endpoint"),
            (configuration.IntrospectionEndpoint, "introspection_endpoint"), (configuration.RegistrationEndpoint, "registration_endpoint"),
            (configuration.UserInfoEndpoint, "userinfo_endpoint"), (configuration.DeviceAuthorizationEndpoint, "device_authorization_endpoint"),
            (configuration.PushedAuthorizationRequestEndpoint, "pushed_authorization_request_endpoint"),
        ];
        foreach ((Uri? endpoint, string name) in endpoints)
        {
            if (endpoint is not null)
            {
                UrlPolicy.RequireSecure(endpoint, allowInsecureHttp, name);
            }
        }
    }
}
