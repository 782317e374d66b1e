using SmartFhir.Discovery;
using SmartFhir.Http;

namespace SmartFhir.Sessions;

/// <summary>
/// A signed-in connection to one FHIR server: it owns its token, renews it, and knows its server. Lives in memory only.
/// Safe for use by many callers at once: they share one renewal.
/// </summary>
public sealed class SmartSession : IAccessTokenSource, IDisposable
{
    /// <summary>A token that ends within this time is renewed before it is used.</summary>
    public static readonly TimeSpan RefreshAhead = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private readonly ITokenRenewal _renewer;
    private readonly TimeProvider _time;
    private TokenSet _token;
    private Task<TokenSet>? _renewal;
    private SmartException? _dead;
    private bool _disposed;

    internal SmartSession(SmartConfiguration configuration, string clientId, string name, IReadOnlyList<string> requestedScope, TokenSet token, ITokenRenewal renewer, HttpClient http, TimeProvider time)
    {
        Configuration = configuration;
        ClientId = clientId;
        Name = name;
        RequestedScope = requestedScope;
        _token = token;
        _renewer = renewer;
        Http = http;
        _time = time;
        SignInAgain = $"Connect-SmartFhir -ClientId '{clientId}' -Aud '{configuration.Aud}' -Name '{name}'";
    }

    /// <summary>The name it is found by.</summary>
    public string Name { get; }

    /// <summary>The FHIR base URL exactly as it was given, which was sent as <c>aud</c>.</summary>
    public string Aud => Configuration.Aud;

    /// <summary>The client id.</summary>
    public string ClientId { get; }

    /// <summary>What the server announced.</summary>
    public SmartConfiguration Configuration { get; }

    /// <summary>The scopes asked for.</summary>
    public IReadOnlyList<string> RequestedScope { get; }

    /// <summary>The scopes granted.</summary>
    public IReadOnlyList<string> Scope => Current.Scope;

    /// <summary>Who signed in, as an absolute URL (<c>https://ehr.example/fhir/Practitioner/1</c>); null when unknown or not verified.</summary>
    public string? FhirUser { get; internal init; }

    /// <summary>The logical id of the patient in context; null when there is none.</summary>
    public string? Patient => Current.Context.Patient;

    /// <summary>The logical id of the encounter in context; null when there is none.</summary>
    public string? Encounter => Current.Context.Encounter;

    /// <summary>Everything the server said beside the token.</summary>
    public LaunchContext LaunchContext => Current.Context;

    /// <summary>The claims of the validated id_token; null when there is none.</summary>
    public IReadOnlyDictionary<string, object?>? IdTokenClaims => Current.IdTokenClaims;

    /// <summary>When the access token ends; null when the server did not say.</summary>
    public DateTimeOffset? ExpiresOn => Current.ExpiresOn;

    /// <summary>True when the session renews its token without a person.</summary>
    public bool CanRefresh => Renewal is not null;

    /// <summary>How the session renews its token without a person, for example "by refresh token"; null when it cannot.</summary>
    public string? Renewal => Current is { IsNone: false } token ? _renewer.Describe(token) : null;

    /// <summary>True when the server is open and no token is sent.</summary>
    public bool IsAnonymous => Current.IsNone;

    /// <summary>Where the token lies.</summary>
    public string TokenStorage { get; internal init; } = "Memory of this process";

    /// <summary>The command that signs in again, for errors; the standalone launch by default.</summary>
    internal string SignInAgain { get; init; }

    /// <summary>The client that the session's requests go through.</summary>
    internal HttpClient Http { get; }

    /// <summary>Plain http beyond loopback was accepted when signing in, and is in this session's requests.</summary>
    internal bool AllowInsecureHttp { get; init; }

    /// <summary>What must end with the session, for example a sandbox that was started for it.</summary>
    internal IDisposable? Owned { get; set; }

    internal TokenSet Current
    {
        get
        {
            lock (_gate)
            {
                return _token;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AccessToken?> GetAccessTokenAsync(string? rejectedAccessToken, CancellationToken cancellationToken)
    {
        TokenSet token = await GetTokenAsync(rejectedAccessToken, cancellationToken);
        return token.IsNone ? null : new AccessToken(token.TokenType, token.AccessToken);
    }

    /// <summary>The token, renewed first when it is about to end, has ended, or was just refused.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.TokenExpired"/> when a person must sign in again.</exception>
    internal async Task<TokenSet> GetTokenAsync(string? rejectedAccessToken, CancellationToken cancellationToken)
    {
        Task<TokenSet> renewal;
        lock (_gate)
        {
            if (_disposed)
            {
                throw new SmartException(SmartErrorCode.NotConnected, $"The session '{Name}' is disconnected.", remedy: $"Sign in again: {SignInAgain}.");
            }

            bool refused = rejectedAccessToken is not null && rejectedAccessToken == _token.AccessToken && !_token.IsNone;
            TimeSpan? left = _token.ExpiresOn - _time.GetUtcNow();
            if (!refused && !(left <= RefreshAhead))
            {
                return _token;
            }

            if (_renewer.Describe(_token) is null)
            {
                // Its last minute is still good.
                return !refused && left > TimeSpan.Zero ? _token : throw Expired(refused);
            }

            if (_dead is not null)
            {
                throw _dead;
            }

            // Not tied to a caller: the others wait for the same renewal.
            renewal = _renewal ??= Task.Run(() => RenewAsync(_token), CancellationToken.None);
        }

        return await renewal.WaitAsync(cancellationToken);
    }

    /// <summary>Withdraws the tokens at the server where it offers that (RFC 7009): the refresh token first, as it outlives the other.</summary>
    /// <returns>What became of each token; one failure does not keep the other from being tried.</returns>
    internal async Task<IReadOnlyList<TokenRevocation>> RevokeAsync(CancellationToken cancellationToken)
    {
        TokenSet token = Current;
        var results = new List<TokenRevocation>();
        foreach ((string? value, string kind) in new[] { (token.RefreshToken, "refresh_token"), (token.IsNone ? null : token.AccessToken, "access_token") })
        {
            if (value is null)
            {
                continue;
            }

            try
            {
                results.Add(new TokenRevocation(kind, await _renewer.RevokeAsync(value, kind, cancellationToken), null));
            }
            catch (SmartException exception)
            {
                results.Add(new TokenRevocation(kind, false, exception));
            }
        }

        return results;
    }

    /// <summary>The name and the server; never a token.</summary>
    public override string ToString() => $"{Name} ({Aud})";

    /// <summary>Forgets the token and ends what belongs to the session.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _token = _token with { AccessToken = "", RefreshToken = null, ExpiresOn = DateTimeOffset.MinValue };
        }

        Owned?.Dispose();
        Http.Dispose();
    }

    private async Task<TokenSet> RenewAsync(TokenSet old)
    {
        try
        {
            TokenSet renewed = await _renewer.RenewAsync(old, CancellationToken.None);
            lock (_gate)
            {
                return _token = renewed;
            }
        }
        catch (SmartException exception) when (exception.Code is SmartErrorCode.TokenExpired)
        {
            lock (_gate)
            {
                // The server will not change its mind: asking again would only hide the reason behind a second one.
                _dead = exception;
            }

            throw;
        }
        finally
        {
            lock (_gate)
            {
                _renewal = null;
            }
        }
    }

    private SmartException Expired(bool refused) => new(
        SmartErrorCode.TokenExpired,
        refused
            ? $"{Aud} no longer accepts the access token of session '{Name}', and nothing renews it."
            : $"The access token of session '{Name}' expired at {_token.ExpiresOn?.ToLocalTime():T}, and nothing renews it.",
        remedy: $"Sign in again: {SignInAgain}.{(RequestedScope.Contains("offline_access", StringComparer.Ordinal) || RequestedScope.Count == 0 ? "" : " Ask for the scope offline_access, if the server allows it, to have the session renew itself.")}");
}
