namespace SmartFhir.Sessions;

/// <summary>A token that was brought along, or none at all: nothing renews it, and it is not ours to withdraw.</summary>
internal sealed class NoRenewal : ITokenRenewal
{
    public string? Describe(TokenSet token) => null;

    public Task<TokenSet> RenewAsync(TokenSet token, CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing renews this token.");

    public Task<bool> RevokeAsync(string token, string hint, CancellationToken cancellationToken) => Task.FromResult(false);
}
