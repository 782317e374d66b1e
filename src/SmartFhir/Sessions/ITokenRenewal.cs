namespace SmartFhir.Sessions;

/// <summary>How a session comes to its next token without a person, and gives its tokens back: one implementation a grant.</summary>
internal interface ITokenRenewal
{
    /// <summary>How, in words that end a sentence, for example "by refresh token"; null when <paramref name="token"/> cannot be renewed without a person.</summary>
    string? Describe(TokenSet token);

    /// <summary>Gets the token that comes after <paramref name="token"/>. Called by one caller at a time, and only where <see cref="Describe"/> says how.</summary>
    /// <param name="token">The token that ended or was refused.</param>
    /// <param name="cancellationToken">Ends it, as far as that loses nothing.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.TokenExpired"/> when a person must sign in again.</exception>
    Task<TokenSet> RenewAsync(TokenSet token, CancellationToken cancellationToken);

    /// <summary>Withdraws a token at the server (RFC 7009).</summary>
    /// <param name="token">The access token or the refresh token.</param>
    /// <param name="hint"><c>access_token</c> or <c>refresh_token</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False when the server offers no revocation.</returns>
    Task<bool> RevokeAsync(string token, string hint, CancellationToken cancellationToken);
}
