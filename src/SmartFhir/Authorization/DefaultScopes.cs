using SmartFhir.Discovery;

namespace SmartFhir.Authorization;

/// <summary>
/// The scopes that are asked for when the user names none: identity, a patient chosen at sign-in, reading and searching
/// that patient's record, and renewal without the person (SMART App Launch 2.2, "Scopes and Launch Context").
/// </summary>
public static class DefaultScopes
{
    /// <summary>Types that US Core servers offer to patients: what a wildcard becomes where the server publishes no list of its own.</summary>
    private static readonly string[] CommonTypes =
    [
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "DocumentReference", "Encounter",
        "Goal", "Immunization", "MedicationRequest", "Observation", "Patient", "Procedure", "Provenance",
    ];

    /// <summary>Servers that answer a wildcard with invalid_scope, by the end of the host name of the FHIR base.</summary>
    private static readonly string[] HostsThatRefuseWildcards = [".cerner.com"];

    /// <summary>
    /// The default scopes in the syntax that the server announces: v2 (<c>.rs</c>) with <c>permission-v2</c>, v1 (<c>.read</c>) otherwise,
    /// as a server of SMART 1.0 announces neither.
    /// </summary>
    /// <param name="configuration">The server.</param>
    /// <param name="launched">True in an EHR launch: the patient is in the EHR's context then, and is not asked for.</param>
    public static IReadOnlyList<string> For(SmartConfiguration configuration, bool launched = false)
    {
        string permission = UnderstandsVersion2(configuration) ? "rs" : "read";
        IEnumerable<string> data = RefusesWildcards(configuration)
            ? PatientTypes(configuration).Select(type => $"patient/{type}.{permission}")
            : [$"patient/*.{permission}"];
        return ["openid", "fhirUser", launched ? "launch" : "launch/patient", .. data, "offline_access"];
    }

    private static bool UnderstandsVersion2(SmartConfiguration configuration)
    {
        if (configuration.Capabilities.Contains("permission-v2", StringComparer.Ordinal))
        {
            return true;
        }

        return !configuration.Capabilities.Contains("permission-v1", StringComparer.Ordinal)
            && configuration.ScopesSupported.Any(text =>
                SmartScope.TryParse(text, out _) && (text.Contains(".rs", StringComparison.Ordinal) || text.Contains(".cruds", StringComparison.Ordinal)));
    }

    private static bool RefusesWildcards(SmartConfiguration configuration) =>
        Uri.TryCreate(configuration.Aud, UriKind.Absolute, out Uri? fhirBase)
        && HostsThatRefuseWildcards.Any(end => fhirBase.Host.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static string[] PatientTypes(SmartConfiguration configuration)
    {
        string[] published = [.. configuration.ScopesSupported
            .Select(text => SmartScope.TryParse(text, out SmartScope? scope) ? scope : null)
            .Where(scope => scope is { Context: "patient" } && scope.ResourceType != "*" && scope.Permissions.Contains('r', StringComparison.Ordinal))
            .Select(scope => scope!.ResourceType)
            .Distinct(StringComparer.Ordinal)];
        return published.Length > 0 ? published : CommonTypes;
    }
}
