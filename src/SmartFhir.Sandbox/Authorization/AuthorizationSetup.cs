using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using SmartFhir.Sandbox.Pages;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>Puts the authorization server together: OpenIddict does the protocol, the pages here do the person.</summary>
public static class AuthorizationSetup
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    public static void AddSmartAuthorization(this IServiceCollection services, SandboxOptions options, ServerAddress address)
    {
        var database = new AuthorizationDatabase();
        services.AddSingleton(database);
        services.AddDbContext<AuthorizationContext>(context => context.UseSqlite(database.ConnectionString).UseOpenIddict());
        services.AddSingleton<InteractionStore>();
        services.AddAuthentication();
        services.AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore().UseDbContext<AuthorizationContext>();
                core.ReplaceApplicationManager<OpenIddictEntityFrameworkCoreApplication, SandboxApplicationManager>();
            })
            .AddServer(server => Configure(server, options, address))
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.EnableTokenEntryValidation();
                validation.UseAspNetCore();
            });
        services.AddHostedService<AuthorizationStart>();
    }

    public static void MapSmartAuthorization(this WebApplication app)
    {
        app.MapMethods(Endpoints.Authorize, [HttpMethods.Get, HttpMethods.Post], (Delegate)AuthorizeEndpoint.HandleAsync);
        app.MapPost(Endpoints.Token, (Delegate)TokenEndpoint.HandleAsync);
        app.MapSignInPages();
        app.MapGet("/fhir/.well-known/smart-configuration", SmartConfigurationEndpoint.Handle);
        app.MapGet(Endpoints.Style, SmartConfigurationEndpoint.Style);
    }

    private static void Configure(OpenIddictServerBuilder server, SandboxOptions options, ServerAddress address)
    {
        server.SetIssuer(address.Origin);
        server.SetAuthorizationEndpointUris(Endpoints.Authorize.TrimStart('/'));
        server.SetTokenEndpointUris(Endpoints.Token.TrimStart('/'));
        server.SetIntrospectionEndpointUris(Endpoints.Introspect.TrimStart('/'));
        server.SetRevocationEndpointUris(Endpoints.Revoke.TrimStart('/'));
        server.SetJsonWebKeySetEndpointUris(Endpoints.Keys.TrimStart('/'));
        server.SetConfigurationEndpointUris(".well-known/openid-configuration", ".well-known/oauth-authorization-server");
        server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow();
        server.RequireProofKeyForCodeExchange();
        server.Configure(configuration => configuration.CodeChallengeMethods.IntersectWith([OpenIddictConstants.CodeChallengeMethods.Sha256]));
        server.SetAccessTokenLifetime(options.TokenLifetime);
        server.SetAuthorizationCodeLifetime(CodeLifetime);

        // A rotated refresh token is dead at once: no leeway for a second use.
        server.SetRefreshTokenReuseLeeway(TimeSpan.Zero);
        server.UseReferenceAccessTokens();
        server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();

        // SMART scopes are a grammar, not a list: AuthorizeEndpoint reads them.
        server.DisableScopeValidation();
        server.IgnoreScopePermissions();
        server.RegisterScopes([.. SmartScopes.Supported]);
        server.RegisterClaims("fhirUser", OpenIddictConstants.Claims.Name);
        server.AddEventHandler<OpenIddictServerEvents.ApplyTokenResponseContext>(builder => builder.UseInlineHandler(LaunchContext.AttachAsync));
        server.UseAspNetCore()
            .EnableAuthorizationEndpointPassthrough()
            .EnableErrorPassthrough()
            .EnableTokenEndpointPassthrough()
            .DisableTransportSecurityRequirement();
    }
}
