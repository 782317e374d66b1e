using System.Text.Json;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Patients and practitioners of the store, for the sign-in pages.</summary>
public sealed class PeopleDirectory(ResourceStore store) : IPeopleDirectory
{
    private const string Columns = "r.rid, r.type, r.id, r.version, r.updated, r.deleted, r.json";
    private const string Family = "(SELECT MIN(value) FROM idx_string s WHERE s.rid = r.rid AND s.param = 'family')";
    private const string Given = "(SELECT MIN(value) FROM idx_string s WHERE s.rid = r.rid AND s.param = 'given')";
    private const string Matches = """
        r.type = 'Patient' AND r.current = 1 AND r.deleted = 0 AND ($text = '' OR r.id = $text
        OR EXISTS (SELECT 1 FROM idx_string s WHERE s.rid = r.rid AND s.param = 'name' AND s.value LIKE $like ESCAPE '\')
        OR r.json LIKE $birth ESCAPE '\')
        """;

    public IReadOnlyList<Person> FindPatients(string? text, int skip, int take) =>
        [.. store.Query($"SELECT {Columns} FROM resource r WHERE {Matches} ORDER BY {Family}, {Given}, r.id LIMIT $take OFFSET $skip", [.. Values(text), ("$take", take), ("$skip", skip)]).Select(ToPerson)];

    public int CountPatients(string? text) => (int)store.Scalar($"SELECT COUNT(*) FROM resource r WHERE {Matches}", Values(text));

    public IReadOnlyList<Person> FindPractitioners(int take) =>
        [.. store.Query($"SELECT {Columns} FROM resource r WHERE r.type = 'Practitioner' AND r.current = 1 AND r.deleted = 0 ORDER BY {Family}, r.id LIMIT $take", ("$take", take)).Select(ToPerson)];

    public Person? Find(string reference)
    {
        string[] parts = reference.Split('/');
        return parts.Length == 2 && store.Find(parts[0], parts[1]) is { Deleted: false } resource ? ToPerson(resource) : null;
    }

    public string? FindEncounter(string patientId) => store.Query(
        $"""
        SELECT {Columns} FROM resource r WHERE r.type = 'Encounter' AND r.current = 1 AND r.deleted = 0
        AND r.rid IN (SELECT i.rid FROM idx_reference i WHERE i.type = 'Encounter' AND i.param = 'patient' AND i.value = $patient)
        ORDER BY (SELECT MAX(low) FROM idx_date d WHERE d.rid = r.rid AND d.param = 'date') DESC LIMIT 1
        """,
        ("$patient", patientId)).FirstOrDefault()?.Id;

    private static (string, object?)[] Values(string? text)
    {
        string plain = (text ?? "").Trim();
        string pattern = plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return [("$text", plain), ("$like", $"%{ResourceIndexer.Normalize(pattern)}%"), ("$birth", plain.Length >= 4 ? $"%\"birthDate\":\"{pattern}%" : "no birth date")];
    }

    private static Person ToPerson(StoredResource resource)
    {
        using JsonDocument document = JsonDocument.Parse(resource.Json);
        JsonElement root = document.RootElement;
        return new Person(resource.Reference, NameOf(root) ?? resource.Reference, Text(root, "birthDate"), Text(root, "gender"));
    }

    private static string? NameOf(JsonElement person)
    {
        if (!person.TryGetProperty("name", out JsonElement names) || names.ValueKind != JsonValueKind.Array || names.GetArrayLength() == 0)
        {
            return null;
        }

        JsonElement name = names[0];
        string given = name.TryGetProperty("given", out JsonElement list) ? string.Join(' ', list.EnumerateArray().Select(item => item.GetString())) : "";
        return Text(name, "text") ?? $"{given} {Text(name, "family")}".Trim();
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
