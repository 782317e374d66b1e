namespace SmartFhir.Http;

/// <summary>Where the FHIR client takes its bearer token from. A session implements it.</summary>
public interface IAccessTokenSource
{
    /// <summary>
    /// The access token to send, renewed first when it is about to expire.
    /// </summary>
    /// <param name="rejectedAccessToken">
    /// The token that the server has just refused with 401, or null. When it is still the current one it is renewed;
    /// when another request has renewed it in the meantime, the newer one is returned without a second renewal.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait and a renewal that only this caller waits for.</param>
    /// <returns>The token, or null for an open server.</returns>
    /// <exception cref="SmartException">
    /// <see cref="SmartErrorCode.TokenExpired"/> when it has expired (or was refused) and cannot be renewed without a person.
    /// </exception>
    ValueTask<AccessToken?> GetAccessTokenAsync(string? rejectedAccessToken, CancellationToken cancellationToken);
}

/// <summary>An access token as it is sent: <c>Authorization: {Type} {Value}</c>.</summary>
/// <param name="Type">The authentication scheme, <c>Bearer</c> unless the server bound the token otherwise (RFC 6750 section 2.1).</param>
/// <param name="Value">The token, opaque.</param>
public sealed record AccessToken(string Type, string Value)
{
    /// <summary>Says the type only: the value is never printed.</summary>
    public override string ToString() => $"{Type} (value not shown)";
}
