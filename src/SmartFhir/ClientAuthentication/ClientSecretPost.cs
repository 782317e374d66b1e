using System.Security;
using Duende.IdentityModel.Client;

namespace SmartFhir.ClientAuthentication;

/// <summary>A secret in the form (RFC 6749 section 2.3.1, <c>client_secret_post</c>), for servers that offer nothing better.</summary>
/// <param name="clientId">The client id.</param>
/// <param name="secret">The client secret.</param>
public sealed class ClientSecretPost(string clientId, SecureString secret) : IClientAuthentication
{
    /// <inheritdoc/>
    public string ClientId { get; } = clientId;

    /// <inheritdoc/>
    public void Apply(ProtocolRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ClientId = ClientId;
        request.ClientSecret = Secret.Reveal(secret);
        request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
    }

    /// <inheritdoc/>
    public bool TryOtherWay(DateTimeOffset? serverTime) => false;
}
