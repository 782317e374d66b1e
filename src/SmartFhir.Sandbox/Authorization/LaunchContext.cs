using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>Puts the launch context into the token response (SMART App Launch 2.2, "Launch context arrives with your access_token").</summary>
public static class LaunchContext
{
    public const string PatientClaim = "patient";
    public const string EncounterClaim = "encounter";

    private const string PrincipalProperty = "smart-principal";

    /// <summary>Keeps the principal of a token request until its response is written.</summary>
    public static void Remember(OpenIddictServerTransaction transaction, ClaimsPrincipal principal) => transaction.SetProperty(PrincipalProperty, principal);

    public static ValueTask AttachAsync(OpenIddictServerEvents.ApplyTokenResponseContext context)
    {
        if (context.Response.Error is null && context.Transaction.GetProperty<ClaimsPrincipal>(PrincipalProperty) is { } principal)
        {
            context.Response["scope"] = string.Join(' ', principal.GetScopes());
            if (principal.GetClaim(PatientClaim) is { } patient)
            {
                context.Response["patient"] = patient;
                context.Response["need_patient_banner"] = true;
                context.Response["smart_style_url"] = new Uri(context.Options.Issuer!, Endpoints.Style).AbsoluteUri;
            }

            if (principal.GetClaim(EncounterClaim) is { } encounter)
            {
                context.Response["encounter"] = encounter;
            }
        }

        return default;
    }
}
