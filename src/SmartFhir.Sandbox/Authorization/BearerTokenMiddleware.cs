using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Validation.AspNetCore;
using SmartFhir.Sandbox.Fhir;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>Turns the bearer token of a FHIR request into a <see cref="SmartGrant"/>; a token that is not valid ends the request (RFC 6750 section 3.1).</summary>
public sealed class BearerTokenMiddleware(RequestDelegate next, ServerAddress address)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/fhir", StringComparison.Ordinal) || context.Request.Headers.Authorization.Count == 0)
        {
            await next(context);
            return;
        }

        AuthenticateResult result = await context.AuthenticateAsync(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        if (!result.Succeeded || !result.Principal.HasAudience(address.FhirBase.AbsoluteUri))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"The access token is expired, revoked or unknown.\"";
            await Outcome.WriteAsync(context, StatusCodes.Status401Unauthorized, "login", "The access token is expired, revoked or unknown.");
            return;
        }

        context.Features.Set(new SmartGrant(
            result.Principal.GetClaim(OpenIddictConstants.Claims.ClientId) ?? "",
            [.. result.Principal.GetScopes()],
            result.Principal.GetClaim(LaunchContext.PatientClaim),
            result.Principal.GetClaim(OpenIddictConstants.Claims.Subject)));
        await next(context);
    }
}
