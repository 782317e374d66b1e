namespace SmartFhir;

/// <summary>
/// What went wrong, as a stable name. The cmdlets use it as the first part of an error's FullyQualifiedErrorId,
/// so a name, once released, does not change.
/// </summary>
public enum SmartErrorCode
{
    /// <summary>An argument is not usable; the message names it and says what it must be.</summary>
    InvalidArgument,

    /// <summary>The host name does not resolve.</summary>
    HostNotFound,

    /// <summary>Nothing listens at the address.</summary>
    ConnectionRefused,

    /// <summary>The TLS handshake failed: certificate not trusted, wrong name, expired, or no common protocol.</summary>
    TlsFailure,

    /// <summary>The connection broke while it was in use.</summary>
    ConnectionFailed,

    /// <summary>No answer within the time allowed.</summary>
    Timeout,

    /// <summary>A URL with the scheme http whose host is not a loopback address.</summary>
    InsecureHttp,

    /// <summary>Neither the well-known document nor the CapabilityStatement exists under the base URL (404 on both).</summary>
    DiscoveryNotFound,

    /// <summary>A discovery document came, but it is not JSON.</summary>
    DiscoveryNotJson,

    /// <summary>The server answered discovery with an error other than 404.</summary>
    DiscoveryFailed,

    /// <summary>Discovery worked, but names no authorization or token endpoint.</summary>
    EndpointMissing,

    /// <summary>Discovery names an endpoint with a scheme other than https.</summary>
    EndpointNotHttps,

    /// <summary>A response is larger or nested deeper than is accepted.</summary>
    ResponseTooLarge,

    /// <summary>A response that should be JSON is not.</summary>
    ResponseNotJson,

    /// <summary>The loopback address or port of the redirect URI cannot be listened on.</summary>
    ListenerFailed,

    /// <summary>No browser could be opened.</summary>
    BrowserFailed,

    /// <summary>The person did not finish signing in within -TimeoutSec.</summary>
    SignInTimeout,

    /// <summary>The callback is not the answer to this sign-in: state, issuer or another check failed.</summary>
    AuthorizationResponseInvalid,

    /// <summary>The authorization server answered the authorization request with an error.</summary>
    AuthorizationError,

    /// <summary>The person, or the server's policy, said no (access_denied).</summary>
    AccessDenied,

    /// <summary>The server does not accept the redirect URI.</summary>
    RedirectUriInvalid,

    /// <summary>The server does not know the client, or does not accept how it authenticates.</summary>
    ClientInvalid,

    /// <summary>The client is not allowed to use this grant.</summary>
    ClientUnauthorized,

    /// <summary>The server does not accept a scope.</summary>
    ScopeInvalid,

    /// <summary>The server does not accept the aud parameter.</summary>
    AudienceInvalid,

    /// <summary>The authorization code or refresh token is expired, used, or not for this client.</summary>
    GrantInvalid,

    /// <summary>The PKCE code verifier does not match the challenge.</summary>
    PkceMismatch,

    /// <summary>The token endpoint answered with another error.</summary>
    TokenError,

    /// <summary>The token endpoint's success answer lacks a required member or holds an unusable one.</summary>
    TokenResponseInvalid,

    /// <summary>The id_token failed a check.</summary>
    IdTokenInvalid,

    /// <summary>There is no session: nobody has signed in, or the name is unknown.</summary>
    NotConnected,

    /// <summary>The access token is expired and there is no way to renew it without a person.</summary>
    TokenExpired,

    /// <summary>The server refused to revoke the token.</summary>
    RevocationFailed,

    /// <summary>A URL leads to an origin other than the session's FHIR base.</summary>
    ForeignOrigin,

    /// <summary>A page chain returned to a page that was already read.</summary>
    PagingLoop,

    /// <summary>400: the server could not parse the request.</summary>
    FhirBadRequest,

    /// <summary>401 that a refreshed token did not cure.</summary>
    FhirUnauthorized,

    /// <summary>403.</summary>
    FhirForbidden,

    /// <summary>404.</summary>
    FhirNotFound,

    /// <summary>405 or 501: the server does not offer the interaction.</summary>
    FhirNotSupported,

    /// <summary>406 or 415.</summary>
    FhirNotAcceptable,

    /// <summary>409.</summary>
    FhirConflict,

    /// <summary>410: deleted.</summary>
    FhirGone,

    /// <summary>412.</summary>
    FhirPreconditionFailed,

    /// <summary>422.</summary>
    FhirUnprocessable,

    /// <summary>429.</summary>
    FhirThrottled,

    /// <summary>5xx.</summary>
    FhirServerError,

    /// <summary>Any other status.</summary>
    FhirError,

    /// <summary>The client key cannot be read, or does not serve at this server.</summary>
    KeyUnusable,

    /// <summary>The sandbox could not be started.</summary>
    SandboxFailed,

    /// <summary>The runtime that the sandbox needs is not installed.</summary>
    SandboxRuntimeMissing,
}
