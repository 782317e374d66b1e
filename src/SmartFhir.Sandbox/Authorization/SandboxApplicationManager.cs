using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>Lets the built-in client use every loopback redirect URI (RFC 8252 section 7.3); every other client the exact ones it registered.</summary>
public sealed class SandboxApplicationManager(
    IOpenIddictApplicationCache<OpenIddictEntityFrameworkCoreApplication> cache,
    ILogger<OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<OpenIddictEntityFrameworkCoreApplication> store)
    : OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>(cache, logger, options, store)
{
    public override async ValueTask<bool> ValidateRedirectUriAsync(
        OpenIddictEntityFrameworkCoreApplication application, string uri, CancellationToken cancellationToken = default)
    {
        bool builtIn = await GetClientIdAsync(application, cancellationToken) == Clients.BuiltIn;
        if (builtIn)
        {
            return Uri.TryCreate(uri, UriKind.Absolute, out Uri? redirect) && redirect.Scheme is "http" or "https" && redirect.IsLoopback && redirect.Fragment.Length == 0;
        }

        // To the letter: OpenIddict itself would let a native client's loopback port vary, but servers that want it exact are to be met here.
        return (await GetRedirectUrisAsync(application, cancellationToken)).Contains(uri, StringComparer.Ordinal);
    }
}
