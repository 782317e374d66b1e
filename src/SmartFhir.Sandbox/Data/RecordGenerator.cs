using System.Globalization;
using System.Text.Json.Nodes;

namespace SmartFhir.Sandbox.Data;

/// <summary>One patient and what was recorded of them: visits with measurements, problems, prescriptions, vaccinations.</summary>
public sealed class RecordGenerator(Random random, int index, int practitioners, DateTime today)
{
    private const int MinimumVisits = 2;
    private const int MaximumVisits = 6;

    private readonly string _id = string.Create(CultureInfo.InvariantCulture, $"patient-{index}");
    private readonly string _practitioner = string.Create(CultureInfo.InvariantCulture, $"Practitioner/practitioner-{(index % practitioners) + 1}");
    private int _number;

    public IEnumerable<JsonObject> Generate()
    {
        yield return Patient();
        foreach (Term problem in Several(Vocabulary.Conditions, 1, 3))
        {
            yield return Condition(problem);
        }

        int visits = random.Next(MinimumVisits, MaximumVisits + 1);
        for (int visit = 0; visit < visits; visit++)
        {
            DateTime start = today.AddDays(-random.Next(20, 1800)).AddMinutes(random.Next(8 * 60, 17 * 60));
            string encounter = Id("encounter");
            yield return Encounter(encounter, start);
            foreach (JsonObject observation in Observations(encounter, start))
            {
                yield return observation;
            }
        }

        foreach (Term drug in Several(Vocabulary.Medications, 0, 3))
        {
            yield return MedicationRequest(drug);
        }

        foreach (Term vaccine in Several(Vocabulary.Vaccines, 1, 3))
        {
            yield return Immunization(vaccine);
        }

        foreach (Term allergen in Several(Vocabulary.Allergens, 0, 1))
        {
            yield return Allergy(allergen);
        }
    }

    private JsonObject Patient()
    {
        bool female = random.Next(2) == 0;
        (string city, string state, string postalCode) = Vocabulary.Cities[random.Next(Vocabulary.Cities.Length)];
        var patient = new JsonObject
        {
            ["resourceType"] = "Patient",
            ["id"] = _id,
            ["identifier"] = new JsonArray(new JsonObject
            {
                ["type"] = new JsonObject { ["coding"] = new JsonArray(Coding(new Term("http://terminology.hl7.org/CodeSystem/v2-0203", "MR", "Medical record number"))) },
                ["system"] = "urn:oid:2.16.840.1.113883.3.99999.1",
                ["value"] = string.Create(CultureInfo.InvariantCulture, $"MRN{100_000 + index}"),
            }),
            ["active"] = true,
            ["name"] = new JsonArray(new JsonObject
            {
                ["use"] = "official",
                ["family"] = Pick(Vocabulary.FamilyNames),
                ["given"] = new JsonArray(Pick(female ? Vocabulary.FemaleNames : Vocabulary.MaleNames)),
            }),
            ["telecom"] = new JsonArray(new JsonObject { ["system"] = "phone", ["value"] = string.Create(CultureInfo.InvariantCulture, $"+1 555 {random.Next(1000, 9999)}"), ["use"] = "home" }),
            ["gender"] = female ? "female" : "male",
            ["birthDate"] = Date(today.AddDays(-random.Next(365 * 3, 365 * 92))),
            ["address"] = new JsonArray(new JsonObject
            {
                ["use"] = "home",
                ["line"] = new JsonArray(string.Create(CultureInfo.InvariantCulture, $"{random.Next(1, 400)} {Pick(Vocabulary.Streets)}")),
                ["city"] = city,
                ["state"] = state,
                ["postalCode"] = postalCode,
                ["country"] = "US",
            }),
            ["generalPractitioner"] = new JsonArray(Reference(_practitioner)),
            ["managingOrganization"] = Reference("Organization/hospital"),
        };
        return patient;
    }

    private JsonObject Condition(Term problem) => new()
    {
        ["resourceType"] = "Condition",
        ["id"] = Id("condition"),
        ["clinicalStatus"] = Concept(new Term("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active")),
        ["verificationStatus"] = Concept(new Term("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed")),
        ["category"] = new JsonArray(Concept(new Term("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item", "Problem List Item"))),
        ["code"] = Concept(problem),
        ["subject"] = Subject(),
        ["onsetDateTime"] = Date(today.AddDays(-random.Next(200, 4000))),
        ["recordedDate"] = Date(today.AddDays(-random.Next(1, 200))),
    };

    private JsonObject Encounter(string id, DateTime start) => new()
    {
        ["resourceType"] = "Encounter",
        ["id"] = id,
        ["status"] = "finished",
        ["class"] = Coding(new Term("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory")),
        ["type"] = new JsonArray(Concept(new Term(Vocabulary.Snomed, "185349003", "Encounter for check up"))),
        ["subject"] = Subject(),
        ["participant"] = new JsonArray(new JsonObject { ["individual"] = Reference(_practitioner) }),
        ["period"] = new JsonObject { ["start"] = Instant(start), ["end"] = Instant(start.AddMinutes(random.Next(10, 55))) },
        ["location"] = new JsonArray(new JsonObject { ["location"] = Reference("Location/outpatient") }),
        ["serviceProvider"] = Reference("Organization/hospital"),
    };

    private IEnumerable<JsonObject> Observations(string encounter, DateTime time)
    {
        yield return BloodPressure(encounter, time);
        foreach (Measurement measurement in Several(Vocabulary.Vitals, 2, 4).Concat(Several(Vocabulary.Laboratory, 1, 3)))
        {
            JsonObject observation = Observation(measurement.Code, measurement.Category, encounter, time);
            observation["valueQuantity"] = Quantity(Amount(measurement), measurement.Unit, measurement.UnitCode);
            yield return observation;
        }
    }

    private JsonObject BloodPressure(string encounter, DateTime time)
    {
        JsonObject observation = Observation(new Term(Vocabulary.Loinc, "85354-9", "Blood pressure panel with all children optional"), "vital-signs", encounter, time);
        observation["component"] = new JsonArray(
            Component(new Term(Vocabulary.Loinc, "8480-6", "Systolic blood pressure"), random.Next(98, 162)),
            Component(new Term(Vocabulary.Loinc, "8462-4", "Diastolic blood pressure"), random.Next(58, 98)));
        return observation;

        static JsonObject Component(Term code, int value) => new() { ["code"] = Concept(code), ["valueQuantity"] = Quantity(value, "mmHg", "mm[Hg]") };
    }

    private JsonObject Observation(Term code, string category, string encounter, DateTime time) => new()
    {
        ["resourceType"] = "Observation",
        ["id"] = Id("observation"),
        ["status"] = "final",
        ["category"] = new JsonArray(Concept(new Term("http://terminology.hl7.org/CodeSystem/observation-category", category, category == "laboratory" ? "Laboratory" : "Vital Signs"))),
        ["code"] = Concept(code),
        ["subject"] = Subject(),
        ["encounter"] = Reference($"Encounter/{encounter}"),
        ["effectiveDateTime"] = Instant(time),
        ["issued"] = Instant(time.AddMinutes(random.Next(1, 90))),
        ["performer"] = new JsonArray(Reference(_practitioner)),
    };

    private JsonObject MedicationRequest(Term drug) => new()
    {
        ["resourceType"] = "MedicationRequest",
        ["id"] = Id("medicationrequest"),
        ["status"] = random.Next(4) == 0 ? "stopped" : "active",
        ["intent"] = "order",
        ["medicationCodeableConcept"] = Concept(drug),
        ["subject"] = Subject(),
        ["authoredOn"] = Instant(today.AddDays(-random.Next(10, 900)).AddMinutes(random.Next(480, 1000))),
        ["requester"] = Reference(_practitioner),
        ["dosageInstruction"] = new JsonArray(new JsonObject
        {
            ["text"] = "Take one daily",
            ["timing"] = new JsonObject { ["repeat"] = new JsonObject { ["frequency"] = 1, ["period"] = 1, ["periodUnit"] = "d" } },
        }),
    };

    private JsonObject Immunization(Term vaccine) => new()
    {
        ["resourceType"] = "Immunization",
        ["id"] = Id("immunization"),
        ["status"] = "completed",
        ["vaccineCode"] = Concept(vaccine),
        ["patient"] = Subject(),
        ["occurrenceDateTime"] = Date(today.AddDays(-random.Next(20, 2500))),
        ["primarySource"] = true,
    };

    private JsonObject Allergy(Term allergen) => new()
    {
        ["resourceType"] = "AllergyIntolerance",
        ["id"] = Id("allergy"),
        ["clinicalStatus"] = Concept(new Term("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", "Active")),
        ["verificationStatus"] = Concept(new Term("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed", "Confirmed")),
        ["criticality"] = random.Next(2) == 0 ? "low" : "high",
        ["code"] = Concept(allergen),
        ["patient"] = Subject(),
    };

    private JsonObject Subject() => Reference($"Patient/{_id}");

    private string Id(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index}-{++_number}");

    private string Pick(string[] values) => values[random.Next(values.Length)];

    private T[] Several<T>(T[] values, int minimum, int maximum)
    {
        T[] copy = [.. values];
        random.Shuffle(copy);
        return copy[..Math.Min(copy.Length, random.Next(minimum, maximum + 1))];
    }

    /// <summary>With trailing zeros, as laboratories write them: 5.40 is not 5.4.</summary>
    private decimal Amount(Measurement measurement)
    {
        decimal raw = measurement.Low + ((measurement.High - measurement.Low) * (decimal)random.NextDouble());
        decimal rounded = Math.Round(raw, measurement.Decimals);
        return decimal.Parse(rounded.ToString($"F{measurement.Decimals}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static JsonObject Quantity(decimal value, string unit, string code) => new() { ["value"] = value, ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = code };

    private static JsonObject Concept(Term term) => new() { ["coding"] = new JsonArray(Coding(term)), ["text"] = term.Display };

    private static JsonObject Coding(Term term) => new() { ["system"] = term.System, ["code"] = term.Code, ["display"] = term.Display };

    private static JsonObject Reference(string reference) => new() { ["reference"] = reference };

    private static string Date(DateTime date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
