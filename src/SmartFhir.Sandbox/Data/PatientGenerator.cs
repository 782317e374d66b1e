using System.Globalization;
using System.Text.Json.Nodes;

namespace SmartFhir.Sandbox.Data;

/// <summary>
/// Makes synthetic patients with their records. Everything follows from the seed: the same seed makes the same bytes, in every year and
/// on every machine. Nothing is random but by the seed, no clock is read.
/// </summary>
public sealed class PatientGenerator(int seed)
{
    private const int PatientsPerPractitioner = 10;

    /// <summary>The day that the records end at.</summary>
    private static readonly DateTime Today = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Random _random = new(seed);

    public IEnumerable<JsonObject> Generate(int patients)
    {
        yield return Organization();
        yield return Location();
        int practitioners = Math.Max(1, Math.Min(200, patients / PatientsPerPractitioner));
        for (int index = 1; index <= practitioners; index++)
        {
            yield return Practitioner(index);
        }

        for (int index = 1; index <= patients; index++)
        {
            // A generator of its own for each patient: the n-th one is the same whatever was asked for before.
            foreach (JsonObject resource in new RecordGenerator(new Random(HashCode(seed, index)), index, practitioners, Today).Generate())
            {
                yield return resource;
            }
        }
    }

    private static int HashCode(int seed, int index) => unchecked((seed * 16777619) ^ (index * (int)2654435761));

    private static JsonObject Organization() => new()
    {
        ["resourceType"] = "Organization",
        ["id"] = "hospital",
        ["active"] = true,
        ["name"] = "Sandbox General Hospital",
        ["telecom"] = new JsonArray(new JsonObject { ["system"] = "phone", ["value"] = "+1 555 0100" }),
    };

    private static JsonObject Location() => new()
    {
        ["resourceType"] = "Location",
        ["id"] = "outpatient",
        ["status"] = "active",
        ["name"] = "Outpatient Clinic",
        ["managingOrganization"] = new JsonObject { ["reference"] = "Organization/hospital" },
    };

    private JsonObject Practitioner(int index)
    {
        bool female = _random.Next(2) == 0;
        string given = Pick(female ? Vocabulary.FemaleNames : Vocabulary.MaleNames);
        string family = Pick(Vocabulary.FamilyNames);
        return new JsonObject
        {
            ["resourceType"] = "Practitioner",
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"practitioner-{index}"),
            ["identifier"] = new JsonArray(new JsonObject { ["system"] = "http://hl7.org/fhir/sid/us-npi", ["value"] = string.Create(CultureInfo.InvariantCulture, $"{9_000_000_000 + index}") }),
            ["active"] = true,
            ["name"] = new JsonArray(new JsonObject { ["use"] = "official", ["family"] = family, ["given"] = new JsonArray(given), ["prefix"] = new JsonArray("Dr.") }),
            ["gender"] = female ? "female" : "male",
        };
    }

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
