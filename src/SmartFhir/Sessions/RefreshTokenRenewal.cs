using SmartFhir.Authorization;

namespace SmartFhir.Sessions;

/// <summary>Renews by the refresh token (SMART App Launch 2.2, "Refresh access token"), where there is one.</summary>
/// <param name="tokens">The token endpoint.</param>
/// <param name="time">The clock.</param>
internal sealed class RefreshTokenRenewal(TokenClient tokens, TimeProvider time) : ITokenRenewal
{
    public string? Describe(TokenSet token) => token.RefreshToken is null ? null : "by refresh token";

    public async Task<TokenSet> RenewAsync(TokenSet token, CancellationToken cancellationToken)
    {
        // Not tied to a caller: a refresh that rotates the token must be heard to its end, or the new token is lost.
        TokenResponse response = await tokens.RefreshAsync(token.RefreshToken!, token.Scope, CancellationToken.None);
        return token.RefreshedBy(response, time.GetUtcNow());
    }

    public Task<bool> RevokeAsync(string token, string hint, CancellationToken cancellationToken) => tokens.RevokeAsync(token, hint, cancellationToken);
}
