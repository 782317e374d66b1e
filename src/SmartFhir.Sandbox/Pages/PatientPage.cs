using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Pages;

/// <summary>Which patient the client is to see.</summary>
public static class PatientPage
{
    private const int PageSize = 8;

    public static IResult Show(Interaction interaction, IPeopleDirectory people, string? search, int page)
    {
        int count = people.CountPatients(search);
        int last = Math.Max(0, (count - 1) / PageSize);
        page = Math.Clamp(page, 0, last);
        string items = string.Concat(people.FindPatients(search, page * PageSize, PageSize).Select(patient => $"""
            <li><button type="submit" class="patient" name="patient" value="{Html.Encode(patient.Id)}" data-patient-id="{Html.Encode(patient.Id)}"><span>{Html.Encode(patient.Name)}</span><span>{Html.Encode(patient.BirthDate)} · {Html.Encode(patient.Gender)}</span></button></li>
            """));
        string list = count == 0
            ? "<p role=\"status\">No patient matches.</p>"
            : $"<form method=\"post\" action=\"{Endpoints.Patient}?interaction={interaction.Id}\"><ul class=\"people\">{items}</ul></form>";
        string query = $"{Endpoints.Patient}?interaction={interaction.Id}&search={Uri.EscapeDataString(search ?? "")}";
        string previous = page > 0 ? $"<a href=\"{Html.Encode($"{query}&page={page - 1}")}\" rel=\"prev\">Previous</a>" : "<span></span>";
        string next = page < last ? $"<a href=\"{Html.Encode($"{query}&page={page + 1}")}\" rel=\"next\">Next</a>" : "<span></span>";
        return Html.Page("Choose a patient", $"""
            <p><strong>{Html.Encode(interaction.ClientName)}</strong> works with one patient. Whose record is it to be?</p>
            <form method="get" action="{Endpoints.Patient}" class="search" role="search">
            <input type="hidden" name="interaction" value="{interaction.Id}">
            <input type="search" id="patient-search" name="search" value="{Html.Encode(search)}" placeholder="Name, birth date or id" aria-label="Search patients">
            <button type="submit" class="quiet" id="search">Search</button>
            </form>
            {list}
            <nav aria-label="Pages">{previous}<span>{count} {(count == 1 ? "patient" : "patients")}</span>{next}</nav>
            """, "2 of 3");
    }
}
