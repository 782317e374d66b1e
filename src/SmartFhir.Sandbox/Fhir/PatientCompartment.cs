using Hl7.Fhir.Model;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Which resources belong to a patient: those that name the patient by one of the parameters of R4's patient compartment.</summary>
public sealed class PatientCompartment(SearchParameterCatalog catalog)
{
    private static readonly string[] Parameters = ["patient", "subject", "beneficiary", "subscriber", "individual", "participant", "actor", "member", "link"];

    /// <summary>SQL that holds for rows of a type that are in the compartment, or for every row of a type that is in nobody's.</summary>
    public string Condition(string type, string patientParameter)
    {
        if (type == "Patient")
        {
            return $"r.id = {patientParameter}";
        }

        string[] names = ParametersOf(type);
        return names.Length == 0
            ? "1"
            : $"r.rid IN (SELECT i.rid FROM idx_reference i WHERE i.type = r.type AND i.param IN ({string.Join(", ", names.Select(name => $"'{name}'"))}) AND i.system = 'Patient' AND i.value = {patientParameter})";
    }

    /// <summary>True when resources of this type belong to patients.</summary>
    public bool Holds(string type) => type == "Patient" || ParametersOf(type).Length > 0;

    private string[] ParametersOf(string type) => type is "Group" or "Practitioner" or "Person"
        ? []
        : [.. Parameters.Where(name => catalog.For(type).TryGetValue(name, out SearchParameter? parameter)
            && parameter.Kind == SearchParamType.Reference && parameter.Targets.Contains("Patient", StringComparer.Ordinal))];
}
