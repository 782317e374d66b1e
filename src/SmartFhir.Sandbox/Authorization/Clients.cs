using OpenIddict.Abstractions;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>The clients that are registered when the sandbox starts.</summary>
public static class Clients
{
    /// <summary>A public client for every loopback redirect URI.</summary>
    public const string BuiltIn = "smartfhir";

    public static async Task RegisterAsync(IOpenIddictApplicationManager manager, SandboxOptions options)
    {
        await manager.CreateAsync(Public(BuiltIn, "SmartFhir for PowerShell", "http://127.0.0.1/callback"));
        foreach (string client in options.Clients)
        {
            int equals = client.IndexOf('=', StringComparison.Ordinal);
            await manager.CreateAsync(Public(client[..equals], client[..equals], client[(equals + 1)..]));
        }
    }

    private static OpenIddictApplicationDescriptor Public(string id, string name, string redirect) => new()
    {
        ClientId = id,
        DisplayName = name,
        ClientType = OpenIddictConstants.ClientTypes.Public,
        ApplicationType = OpenIddictConstants.ApplicationTypes.Native,
        ConsentType = OpenIddictConstants.ConsentTypes.Explicit,
        RedirectUris = { new Uri(redirect) },
        Permissions =
        {
            OpenIddictConstants.Permissions.Endpoints.Authorization,
            OpenIddictConstants.Permissions.Endpoints.Token,
            OpenIddictConstants.Permissions.Endpoints.Revocation,
            OpenIddictConstants.Permissions.Endpoints.Introspection,
            OpenIddictConstants.Permissions.GrantTypes.AuthorizationCode,
            OpenIddictConstants.Permissions.GrantTypes.RefreshToken,
            OpenIddictConstants.Permissions.ResponseTypes.Code,
        },
    };
}
