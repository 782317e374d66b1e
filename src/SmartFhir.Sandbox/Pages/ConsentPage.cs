using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Pages;

/// <summary>What the client may do. Every scope can be taken away; what the sign-in itself is made of is not asked about.</summary>
public static class ConsentPage
{
    public static IResult Show(Interaction interaction, IPeopleDirectory people)
    {
        Person? user = people.Find(interaction.User!);
        Person? patient = interaction.PatientId is { } id ? people.Find($"Patient/{id}") : null;
        string scopes = string.Concat(interaction.Scopes.Select(scope => $"""
            <li><label><input type="checkbox" name="scope" value="{Html.Encode(scope)}" checked><span>{Html.Encode(SmartScopes.Explain(scope))}</span><code>{Html.Encode(scope)}</code></label></li>
            """));
        string about = patient is null ? "" : $" with the record of <strong>{Html.Encode(patient.Name)}</strong>, born {Html.Encode(patient.BirthDate)}";
        return Html.Page($"Allow {interaction.ClientName}?", $"""
            <p>You are signed in as <strong>{Html.Encode(user?.Name)}</strong>. <strong>{Html.Encode(interaction.ClientName)}</strong> asks to do this{about}:</p>
            <form method="post" action="{Endpoints.Consent}?interaction={interaction.Id}">
            <ul class="scopes">{scopes}</ul>
            <div class="row"><button type="submit" id="allow" name="decision" value="allow">Allow</button><button type="submit" id="deny" name="decision" value="deny" class="quiet">Deny</button></div>
            </form>
            """, interaction.NeedsPatient ? "3 of 3" : "2 of 2");
    }
}
