using SmartFhir.Authorization;

namespace SmartFhir.Sessions;

/// <summary>What the server said beside the token: SMART App Launch 2.2, "Launch context arrives with your access_token".</summary>
public sealed record LaunchContext
{
    /// <summary><c>patient</c>: the logical id.</summary>
    public string? Patient { get; init; }

    /// <summary><c>encounter</c>: the logical id.</summary>
    public string? Encounter { get; init; }

    /// <summary><c>fhirContext</c>: dictionaries with <c>reference</c>, <c>canonical</c>, <c>identifier</c>, <c>type</c>, <c>role</c>.</summary>
    public IReadOnlyList<object?> FhirContext { get; init; } = [];

    /// <summary><c>need_patient_banner</c>.</summary>
    public bool? NeedPatientBanner { get; init; }

    /// <summary><c>intent</c>.</summary>
    public string? Intent { get; init; }

    /// <summary><c>smart_style_url</c>.</summary>
    public string? SmartStyleUrl { get; init; }

    /// <summary><c>tenant</c>.</summary>
    public string? Tenant { get; init; }

    /// <summary>Every other member of the token response.</summary>
    public IReadOnlyDictionary<string, object?> AdditionalMembers { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    internal static LaunchContext From(TokenResponse response) => new()
    {
        Patient = response.Patient,
        Encounter = response.Encounter,
        FhirContext = response.FhirContext,
        NeedPatientBanner = response.NeedPatientBanner,
        Intent = response.Intent,
        SmartStyleUrl = response.SmartStyleUrl,
        Tenant = response.Tenant,
        AdditionalMembers = response.AdditionalMembers,
    };

    internal LaunchContext UpdatedBy(TokenResponse response) => new()
    {
        Patient = response.Patient ?? Patient,
        Encounter = response.Encounter ?? Encounter,
        FhirContext = response.FhirContext.Count > 0 ? response.FhirContext : FhirContext,
        NeedPatientBanner = response.NeedPatientBanner ?? NeedPatientBanner,
        Intent = response.Intent ?? Intent,
        SmartStyleUrl = response.SmartStyleUrl ?? SmartStyleUrl,
        Tenant = response.Tenant ?? Tenant,
        AdditionalMembers = response.AdditionalMembers.Count > 0 ? response.AdditionalMembers : AdditionalMembers,
    };
}
