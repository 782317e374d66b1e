using SmartFhir.Authorization;

namespace SmartFhir.Sessions;

/// <summary>The token of a session at one moment. Replaced as a whole by a refresh, never changed.</summary>
internal sealed record TokenSet
{
    public required string AccessToken { get; init; }

    public required string TokenType { get; init; }

    /// <summary>Null when the server did not say.</summary>
    public required DateTimeOffset? ExpiresOn { get; init; }

    public required string? RefreshToken { get; init; }

    /// <summary>The granted scopes.</summary>
    public required IReadOnlyList<string> Scope { get; init; }

    public required LaunchContext Context { get; init; }

    public IReadOnlyDictionary<string, object?>? IdTokenClaims { get; init; }

    /// <summary>What an open server wants: no token at all.</summary>
    public static TokenSet None { get; } = new()
    {
        AccessToken = "",
        TokenType = "",
        ExpiresOn = null,
        RefreshToken = null,
        Scope = [],
        Context = new LaunchContext(),
    };

    /// <summary>True when there is no token to send.</summary>
    public bool IsNone => TokenType.Length == 0;

    public static TokenSet From(TokenResponse response, IReadOnlyList<string> asked, DateTimeOffset now) => new()
    {
        AccessToken = response.AccessToken,
        TokenType = Scheme(response.TokenType),
        ExpiresOn = now + response.ExpiresIn,
        RefreshToken = response.RefreshToken,
        Scope = response.Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? asked,
        Context = LaunchContext.From(response),
    };

    /// <summary>
    /// After a refresh: a server that sends no new refresh token means the old one to stay (RFC 6749 section 6), one that leaves the scope
    /// or the launch context out means them unchanged.
    /// </summary>
    public TokenSet RefreshedBy(TokenResponse response, DateTimeOffset now) => From(response, Scope, now) with
    {
        RefreshToken = response.RefreshToken ?? RefreshToken,
        Context = Context.UpdatedBy(response),
        IdTokenClaims = IdTokenClaims,
    };

    public override string ToString() => "TokenSet (values not shown)";

    /// <summary>Schemes are case-insensitive, but some FHIR servers know only the one spelling.</summary>
    private static string Scheme(string tokenType) => tokenType.Equals("bearer", StringComparison.OrdinalIgnoreCase) ? "Bearer" : tokenType;
}
