using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using SmartFhir.Sandbox.Pages;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>
/// The authorization endpoint. OpenIddict has checked client, redirect URI and PKCE when a request arrives here; this checks <c>aud</c> and the
/// SMART scopes, sends the person through the pages, and answers.
/// </summary>
public static class AuthorizeEndpoint
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, SandboxOptions options, ServerAddress address, InteractionStore interactions, IPeopleDirectory people, IOpenIddictApplicationManager applications)
    {
        if (context.GetOpenIddictServerResponse() is { Error: { } error } refused)
        {
            return Html.Page(
                "This sign-in cannot start",
                $"<p>{Html.Encode(refused.ErrorDescription)}</p><p><code>{Html.Encode(error)}</code></p><p>The request of the program that sent you here cannot be answered, so nothing was sent back to it. Go back to the program and correct its client id, redirect address or request.</p>",
                status: StatusCodes.Status400BadRequest);
        }

        OpenIddictRequest request = context.GetOpenIddictServerRequest()!;
        string[] scopes = [.. request.GetScopes()];
        if (Refuse(request, scopes, address) is { } refusal)
        {
            return refusal;
        }

        if (options.AutoApprove)
        {
            return AutoApprove(scopes, people, address, context);
        }

        if (interactions.Find((string?)request["interaction"]) is { NextPage: null } finished)
        {
            interactions.Remove(finished);
            return finished.Denied
                ? Error(Errors.AccessDenied, "The person declined.")
                : Approve(finished.User!, finished.PatientId, finished.Granted!, people, address, context);
        }

        object application = (await applications.FindByClientIdAsync(request.ClientId!))!;
        Interaction interaction = interactions.Start(
            await ParametersAsync(context.Request),
            await applications.GetDisplayNameAsync(application) ?? request.ClientId!,
            scopes);
        return SignInPages.Start(context, interaction);
    }

    private static async Task<KeyValuePair<string, string>[]> ParametersAsync(HttpRequest request)
    {
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> source = HttpMethods.IsPost(request.Method) ? await request.ReadFormAsync() : request.Query;
        return [.. source.Where(parameter => parameter.Key != "interaction").Select(parameter => new KeyValuePair<string, string>(parameter.Key, parameter.Value.ToString()))];
    }

    private static IResult? Refuse(OpenIddictRequest request, string[] scopes, ServerAddress address)
    {
        string? audience = (string?)request["aud"] ?? (string?)request["resource"];
        string expected = address.FhirBase.AbsoluteUri;
        if (audience is null || audience.TrimEnd('/') != expected)
        {
            return Error(Errors.InvalidRequest, $"The aud parameter must be {expected}; it is {audience ?? "missing"}.");
        }

        if (SmartScopes.FindUnknown(scopes) is { } unknown)
        {
            return Error(Errors.InvalidScope, $"The scope '{unknown}' is not supported here.");
        }

        return scopes.Length == 0 ? Error(Errors.InvalidScope, "The scope parameter is missing.") : null;
    }

    private static IResult AutoApprove(string[] scopes, IPeopleDirectory people, ServerAddress address, HttpContext context)
    {
        string? user = people.FindPractitioners(1).FirstOrDefault()?.Reference ?? people.FindPatients(null, 0, 1).FirstOrDefault()?.Reference;
        string? patient = SmartScopes.NeedsPatient(scopes) ? people.FindPatients(null, 0, 1).FirstOrDefault()?.Id : null;
        return user is null
            ? Error(Errors.ServerError, "There is nobody in this sandbox who could sign in: it has no patients and no practitioners.")
            : Approve(user, patient, scopes, people, address, context);
    }

    private static IResult Approve(string user, string? patientId, IReadOnlyList<string> granted, IPeopleDirectory people, ServerAddress address, HttpContext context)
    {
        Person? person = people.Find(user);
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, user)
            .SetClaim(Claims.Name, person?.Name ?? user)
            .SetClaim("fhirUser", $"{address.FhirBase.AbsoluteUri}/{user}")
            .SetClaim(LaunchContext.PatientClaim, patientId)
            .SetClaim(LaunchContext.EncounterClaim, granted.Contains("launch/encounter", StringComparer.Ordinal) && patientId is not null ? people.FindEncounter(patientId) : null);
        identity.SetScopes(granted);
        identity.SetAudiences(address.FhirBase.AbsoluteUri);
        identity.SetDestinations(claim => claim.Type switch
        {
            "fhirUser" when granted.Contains("fhirUser", StringComparer.Ordinal) || granted.Contains("profile", StringComparer.Ordinal)
                => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.Name when granted.Contains("profile", StringComparer.Ordinal) => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.Subject => [Destinations.AccessToken, Destinations.IdentityToken],
            _ => [Destinations.AccessToken],
        });
        context.Response.Headers.CacheControl = "no-store";
        return Results.SignIn(new ClaimsPrincipal(identity), authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private static IResult Error(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
}
