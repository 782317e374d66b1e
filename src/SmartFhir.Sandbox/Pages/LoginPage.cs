using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Pages;

/// <summary>Who is there. The accounts stand on the page: there is nothing to protect here.</summary>
public static class LoginPage
{
    private const string Password = "sandbox";

    /// <summary>The reference of the person that an account belongs to, or null when name and password do not fit.</summary>
    public static string? SignIn(string? username, string? password, IPeopleDirectory people) => password != Password
        ? null
        : username?.Trim().ToLowerInvariant() switch
        {
            "clinician" => people.FindPractitioners(1).FirstOrDefault()?.Reference,
            "patient" => people.FindPatients(null, 0, 1).FirstOrDefault()?.Reference,
            _ => null,
        };

    public static IResult Show(Interaction interaction, IPeopleDirectory people, string? username = null, bool failed = false)
    {
        string clinician = people.FindPractitioners(1).FirstOrDefault()?.Name ?? "nobody";
        string patient = people.FindPatients(null, 0, 1).FirstOrDefault()?.Name ?? "nobody";
        string error = failed ? "<p class=\"error\" role=\"alert\" id=\"login-error\">The user name and password do not fit together. Both accounts are shown below.</p>" : "";
        return Html.Page("Sign in", $"""
            <p>to continue to <strong>{Html.Encode(interaction.ClientName)}</strong></p>
            {error}
            <form method="post" action="{Endpoints.Login}?interaction={interaction.Id}">
            <label for="username">User name</label>
            <input type="text" id="username" name="username" value="{Html.Encode(username)}" autocomplete="username" autofocus required>
            <label for="password">Password</label>
            <input type="password" id="password" name="password" autocomplete="current-password" required>
            <div class="row"><button type="submit" id="sign-in">Sign in</button></div>
            </form>
            <div class="hint"><strong>Accounts of the sandbox</strong><br>
            <code>clinician</code> / <code>{Password}</code> – {Html.Encode(clinician)}, sees every patient<br>
            <code>patient</code> / <code>{Password}</code> – {Html.Encode(patient)}, sees only their own record</div>
            """, interaction.NeedsPatient ? "1 of 3" : "1 of 2", failed ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }
}
