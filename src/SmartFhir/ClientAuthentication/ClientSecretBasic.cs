using System.Security;
using Duende.IdentityModel.Client;

namespace SmartFhir.ClientAuthentication;

/// <summary>
/// A secret in the Authorization header (RFC 6749 section 2.3.1; SMART App Launch 2.2, "Client Authentication: Symmetric"). Id and secret
/// are form-encoded first, as the RFC says; servers that want them raw are met by a second try, where that makes a difference.
/// </summary>
/// <param name="clientId">The client id.</param>
/// <param name="secret">The client secret.</param>
public sealed class ClientSecretBasic(string clientId, SecureString secret) : IClientAuthentication
{
    private bool _raw;

    /// <inheritdoc/>
    public string ClientId { get; } = clientId;

    /// <inheritdoc/>
    public void Apply(ProtocolRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ClientId = ClientId;
        request.ClientSecret = Secret.Reveal(secret);
        request.ClientCredentialStyle = ClientCredentialStyle.AuthorizationHeader;
        request.AuthorizationHeaderStyle = _raw ? BasicAuthenticationHeaderStyle.Rfc2617 : BasicAuthenticationHeaderStyle.Rfc6749;
    }

    /// <inheritdoc/>
    public bool TryOtherWay(DateTimeOffset? serverTime)
    {
        string text = ClientId + Secret.Reveal(secret);
        if (_raw || Uri.EscapeDataString(text) == text)
        {
            return false;
        }

        _raw = true;
        return true;
    }
}
