namespace SmartFhir.Sandbox;

/// <summary>
/// What a valid access token allows, set as an HTTP feature on requests under the FHIR base by the authorization side
/// and enforced by the FHIR side. Absent: the request carried no valid token.
/// </summary>
/// <param name="ClientId">The client that holds the token.</param>
/// <param name="Scopes">The granted scopes, as granted (v1 or v2 syntax).</param>
/// <param name="PatientId">The patient in context (the id only), or null.</param>
/// <param name="FhirUser">The user as a relative reference (<c>Practitioner/1</c>, <c>Patient/2</c>), or null.</param>
public sealed record SmartGrant(string ClientId, IReadOnlyList<string> Scopes, string? PatientId, string? FhirUser);
