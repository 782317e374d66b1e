namespace SmartFhir.Sandbox;

/// <summary>Who is in the FHIR store: what the login and patient-picker pages of the authorization side need to know.</summary>
public interface IPeopleDirectory
{
    /// <summary>Patients whose name, birth date or id matches <paramref name="text"/> (all when empty), by family name, then given name, then id.</summary>
    IReadOnlyList<Person> FindPatients(string? text, int skip, int take);

    /// <summary>How many patients match.</summary>
    int CountPatients(string? text);

    /// <summary>Practitioners, by family name.</summary>
    IReadOnlyList<Person> FindPractitioners(int take);

    /// <summary>One person by reference (<c>Patient/1</c>, <c>Practitioner/2</c>), or null.</summary>
    Person? Find(string reference);

    /// <summary>The id of a patient's newest encounter, or null.</summary>
    string? FindEncounter(string patientId);
}

/// <summary>One person of the store.</summary>
/// <param name="Reference">Relative reference, <c>Patient/{id}</c> or <c>Practitioner/{id}</c>.</param>
/// <param name="Name">Display name.</param>
/// <param name="BirthDate">FHIR date, or null.</param>
/// <param name="Gender">FHIR code, or null.</param>
public sealed record Person(string Reference, string Name, string? BirthDate, string? Gender)
{
    /// <summary>The logical id.</summary>
    public string Id => Reference[(Reference.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
