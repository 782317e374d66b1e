namespace SmartFhir.Sessions;

/// <summary>What became of one token when a session was given up.</summary>
/// <param name="Kind"><c>access_token</c> or <c>refresh_token</c>.</param>
/// <param name="Revoked">True when the server withdrew it; false when the server offers no revocation, or refused.</param>
/// <param name="Failure">Why it could not be withdrawn; null when the server did, or offers no revocation.</param>
internal sealed record TokenRevocation(string Kind, bool Revoked, SmartException? Failure);
