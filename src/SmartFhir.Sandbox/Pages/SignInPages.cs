using System.Security.Cryptography;
using System.Text;
using SmartFhir.Sandbox.Authorization;

namespace SmartFhir.Sandbox.Pages;

/// <summary>The routes of the pages. Each page belongs to one authorization request and to the browser that started it.</summary>
public static class SignInPages
{
    private const string Cookie = "sandbox-interaction";

    public static void MapSignInPages(this WebApplication app)
    {
        app.MapGet(Html.StylePath, Html.Style);
        app.MapGet(Endpoints.Login, (HttpContext context, InteractionStore store, IPeopleDirectory people) =>
            On(context, store, Endpoints.Login, interaction => LoginPage.Show(interaction, people)));
        app.MapPost(Endpoints.Login, async (HttpContext context, InteractionStore store, IPeopleDirectory people) =>
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            return On(context, store, Endpoints.Login, interaction => Login(interaction, form["username"], form["password"], people));
        });
        app.MapGet(Endpoints.Patient, (HttpContext context, InteractionStore store, IPeopleDirectory people, string? search, int? page) =>
            On(context, store, Endpoints.Patient, interaction => PatientPage.Show(interaction, people, search, page ?? 0)));
        app.MapPost(Endpoints.Patient, async (HttpContext context, InteractionStore store, IPeopleDirectory people) =>
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            return On(context, store, Endpoints.Patient, interaction => ChoosePatient(interaction, form["patient"].ToString(), people));
        });
        app.MapGet(Endpoints.Consent, (HttpContext context, InteractionStore store, IPeopleDirectory people) =>
            On(context, store, Endpoints.Consent, interaction => ConsentPage.Show(interaction, people)));
        app.MapPost(Endpoints.Consent, async (HttpContext context, InteractionStore store) =>
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            return On(context, store, Endpoints.Consent, interaction => Decide(interaction, form["decision"].ToString(), [.. form["scope"].OfType<string>()]));
        });
    }

    /// <summary>Sends the browser to the first page and marks it as the one that may go on.</summary>
    public static IResult Start(HttpContext context, Interaction interaction)
    {
        context.Response.Cookies.Append(Cookie, interaction.FormToken, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/" });
        return Continue(interaction);
    }

    private static IResult Continue(Interaction interaction) => interaction.NextPage is { } page
        ? Results.Redirect($"{page}?interaction={interaction.Id}")
        : Results.Redirect(QueryString.Create([.. interaction.Parameters.Select(parameter => new KeyValuePair<string, string?>(parameter.Key, parameter.Value)), new("interaction", interaction.Id)])
            .ToUriComponent().Insert(0, Endpoints.Authorize));

    private static IResult On(HttpContext context, InteractionStore store, string page, Func<Interaction, IResult> handle)
    {
        Interaction? interaction = store.Find(context.Request.Query["interaction"]);
        bool sameBrowser = interaction is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(interaction.FormToken), Encoding.UTF8.GetBytes(context.Request.Cookies[Cookie] ?? ""));
        if (interaction is null || !sameBrowser)
        {
            return Html.Page("This sign-in is over", "<p>It took longer than ten minutes, or was started in another browser. Start it again where you came from.</p>", status: StatusCodes.Status400BadRequest);
        }

        return interaction.NextPage == page ? handle(interaction) : Continue(interaction);
    }

    private static IResult Login(Interaction interaction, string? username, string? password, IPeopleDirectory people)
    {
        if (LoginPage.SignIn(username, password, people) is not { } user)
        {
            return LoginPage.Show(interaction, people, username, failed: true);
        }

        interaction.User = user;
        if (user.StartsWith("Patient/", StringComparison.Ordinal))
        {
            // A patient has one record to choose from.
            interaction.PatientId = user["Patient/".Length..];
        }

        return Continue(interaction);
    }

    private static IResult ChoosePatient(Interaction interaction, string patient, IPeopleDirectory people)
    {
        if (people.Find($"Patient/{patient}") is not null)
        {
            interaction.PatientId = patient;
        }

        return Continue(interaction);
    }

    private static IResult Decide(Interaction interaction, string decision, string[] scopes)
    {
        string[] granted = [.. interaction.Scopes.Where(scope => scopes.Contains(scope, StringComparer.Ordinal))];
        if (decision == "allow" && granted.Length > 0)
        {
            interaction.Granted = granted;
        }
        else
        {
            interaction.Denied = true;
        }

        return Continue(interaction);
    }
}
