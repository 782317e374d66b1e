using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>The token endpoint: OpenIddict has validated the code or refresh token; the same principal goes into the new tokens.</summary>
public static class TokenEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context)
    {
        AuthenticateResult result = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        ClaimsPrincipal principal = result.Principal!;
        LaunchContext.Remember(context.Features.Get<OpenIddictServerAspNetCoreFeature>()!.Transaction!, principal);

        return Results.SignIn(principal, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }
}
