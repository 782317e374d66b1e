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
        SmartConfiguration? found = await TryAllAsync(aud, fhirBase, DiscoveryCandidate.OfSmart(fhirBase), attempts, cancellationToken);
        if (found is null)
        {
            IReadOnlyList<string> issuers = await FindIssuersAsync(fhirBase, attempts, cancellationToken);
            IEnumerable<DiscoveryCandidate> further = issuers.SelectMany(DiscoveryCandidate.OfIssuer).Concat(DiscoveryCandidate.OfBase(fhirBase));
            found = await TryAllAsync(aud, fhirBase, further, attempts, cancellationToken);
        }

        return found ?? throw DiscoveryAttempt.Failure(aud, fhirBase, attempts);
    }

    /// <summary>A server that is used without signing in: only its base URL is checked, nothing is asked.</summary>
    /// <exception cref="SmartException">The address is unusable.</exception>
    public SmartConfiguration WithoutEndpoints(string aud)
    {
        FhirBaseUrl.Parse(aud, allowInsecureHttp);
        return new SmartConfiguration { Aud = aud, Source = SmartConfigurationSource.Manual };
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

    private async Task<SmartConfiguration?> TryAllAsync(
        string aud, Uri fhirBase, IEnumerable<DiscoveryCandidate> candidates, List<DiscoveryAttempt> attempts, CancellationToken cancellationToken)
    {
        foreach (DiscoveryCandidate candidate in candidates)
        {
            if (!UrlPolicy.IsSecure(candidate.Uri, allowInsecureHttp) || attempts.Exists(attempt => attempt.Uri == candidate.Uri))
            {
                continue;
            }

            DiscoveryAttempt attempt = await TryAsync(aud, fhirBase, candidate, attempts, cancellationToken);
            log?.Invoke($"Discovery: {candidate.Uri} - {attempt.Outcome}.");
            if (attempt.Configuration is { } configuration)
            {
                return configuration;
            }

            attempts.Add(attempt);
        }

        return null;
    }

    /// <summary>The issuers that unusable answers pointed to: a member <c>issuer</c>, or the challenge of a 401 (RFC 9728 section 5.1).</summary>
    private async Task<IReadOnlyList<string>> FindIssuersAsync(Uri fhirBase, IReadOnlyList<DiscoveryAttempt> attempts, CancellationToken cancellationToken)
    {
        var issuers = new List<string>();
        issuers.AddRange(attempts.Select(attempt => attempt.Issuer).OfType<string>());
        foreach (Uri uri in attempts.Select(attempt => attempt.ResourceMetadata).OfType<Uri>().Distinct().Where(uri => UrlPolicy.IsSecure(uri, allowInsecureHttp)))
        {
            try
            {
                issuers.AddRange(await ProtectedResourceMetadata.ReadIssuersAsync(http, uri, fhirBase, cancellationToken));
            }
            catch (SmartException exception)
            {
                // A hint that leads nowhere is no reason to stop.
                log?.Invoke($"Discovery: {uri} - {exception.Message}");
            }
        }

        return [.. issuers.Distinct(StringComparer.Ordinal)];
    }

    private async Task<DiscoveryAttempt> TryAsync(
        string aud, Uri fhirBase, DiscoveryCandidate candidate, List<DiscoveryAttempt> earlier, CancellationToken cancellationToken)
    {
        (Uri uri, SmartConfigurationSource source, _) = candidate;
        bool statement = source == SmartConfigurationSource.CapabilityStatement;
        ProtocolAnswer answer;
        try
        {
            answer = await ProtocolDocument.GetAsync(http, uri, statement ? $"application/fhir+json, {AcceptJson};q=0.9" : AcceptJson, cancellationToken);
        }
        catch (SmartException exception) when (earlier.Count > 0 || exception.Code == SmartErrorCode.DiscoveryFailed)
        {
            // Where the very first request cannot reach the host, no other can, and its failure says why. Later, or behind a redirect,
            // it is one answer among others.
            return new DiscoveryAttempt(uri, source, default, exception.Message.TrimEnd('.'));
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            string? hint = answer.WwwAuthenticate is { } challenge ? BearerChallenge.Parse(challenge).ResourceMetadata : null;
            return new DiscoveryAttempt(uri, source, answer.StatusCode, $"HTTP {(int)answer.StatusCode}")
            {
                ResourceMetadata = Uri.TryCreate(hint, UriKind.Absolute, out Uri? metadata) ? metadata : null,
            };
        }

        try
        {
            using JsonDocument document = ProtocolDocument.ParseObject(answer);
            string[] notes = [.. earlier.Where(attempt => !attempt.IsAbsent && attempt.IsOfSmart).Select(attempt => $"{attempt.Uri} could not be used: {attempt.Outcome}.")];
            SmartConfiguration configuration = statement
                ? CapabilityStatementReader.Read(document.RootElement, aud, fhirBase, answer.Uri, notes)
                : SmartConfigurationReader.Read(document.RootElement, aud, fhirBase, answer.Uri, source, notes);
            return Judge(configuration, candidate, answer.StatusCode);
        }
        catch (SmartException exception) when (exception.Code == SmartErrorCode.ResponseNotJson)
        {
            return new DiscoveryAttempt(uri, source, answer.StatusCode, "not JSON") { NotJson = exception.Message };
        }
    }

    private DiscoveryAttempt Judge(SmartConfiguration configuration, DiscoveryCandidate candidate, HttpStatusCode statusCode)
    {
        DiscoveryAttempt Unusable(string why) => new(candidate.Uri, candidate.Source, statusCode, why) { Empty = true, Issuer = configuration.Issuer };
        if (candidate.Issuer is { } issuer && configuration.Issuer != issuer)
        {
            return Unusable($"names the issuer '{configuration.Issuer}' instead of '{issuer}'") with { Issuer = null };
        }

        if (configuration.TokenEndpoint is null)
        {
            return Unusable(configuration.AuthorizationEndpoint is null ? "names no endpoints" : "names no token endpoint");
        }

        // Without a launch capability it may be a server for backend services alone, which needs no authorization endpoint.
        bool launches = configuration.Capabilities.Any(capability => capability is "launch-standalone" or "launch-ehr");
        if (launches && configuration.AuthorizationEndpoint is null)
        {
            return Unusable("announces launches, but names no authorization endpoint");
        }

        RequireSecure(configuration);
        return new DiscoveryAttempt(candidate.Uri, candidate.Source, statusCode, "found") { Configuration = configuration };
    }

    private void RequireSecure(SmartConfiguration configuration)
    {
        (Uri? Uri, string Name)[] endpoints =
        [
            (configuration.AuthorizationEndpoint, "authorization_endpoint"), (configuration.TokenEndpoint, "token_endpoint"),
            (configuration.JwksUri, "jwks_uri"), (configuration.RevocationEndpoint, "revocation_endpoint"),
            (configuration.IntrospectionEndpoint, "introspection_endpoint"), (configuration.RegistrationEndpoint, "registration_endpoint"),
            (configuration.ManagementEndpoint, "management_endpoint"), (configuration.UserAccessBrandBundle, "user_access_brand_bundle"),
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
