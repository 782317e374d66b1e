using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>
/// What a token allows on the FHIR API (SMART App Launch 2.2, "Scopes for requesting FHIR Resources"): the scopes decide type and
/// interaction, <c>patient/</c> scopes also whose record.
/// </summary>
/// <param name="grant">The token's grant; null when the request had none.</param>
public sealed class AccessPolicy(SmartGrant? grant)
{
    private readonly ResourceScope[] _scopes = [.. (grant?.Scopes ?? []).Select(SmartScopes.Parse).OfType<ResourceScope>()];

    /// <summary>What may be seen of a type: null where everything may be; otherwise the conditions, of which one must hold.</summary>
    /// <exception cref="FhirRequestException">401 without a token, 403 when no scope allows it.</exception>
    public IReadOnlyList<ResourceScope>? Require(string type, char permission)
    {
        if (grant is null)
        {
            throw new FhirRequestException(401, "login", "A bearer token is needed.") { Challenge = "Bearer" };
        }

        ResourceScope[] allowing = [.. _scopes.Where(scope => scope.Allows(type, permission) && (scope.Context != "patient" || grant.PatientId is not null))];
        if (allowing.Length == 0)
        {
            string needed = $"{(grant.PatientId is not null ? "patient" : "user")}/{type}.{permission}";
            throw new FhirRequestException(403, "forbidden", $"The token's scopes do not allow this. Needed: {needed}; granted: {string.Join(' ', grant.Scopes)}.")
            {
                Challenge = $"Bearer error=\"insufficient_scope\", scope=\"{needed}\"",
            };
        }

        return allowing.Any(scope => scope.Context != "patient" && scope.Query.Length == 0) ? null : allowing;
    }

    /// <summary>True when a type may be seen at all: for included resources, which are left out rather than refused.</summary>
    public bool Allows(string type, char permission) => grant is not null && _scopes.Any(scope => scope.Allows(type, permission));

    /// <summary>The patient whose record <c>patient/</c> scopes open.</summary>
    public string? PatientId => grant?.PatientId;
}
