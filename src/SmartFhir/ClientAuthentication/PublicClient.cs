using Duende.IdentityModel.Client;

namespace SmartFhir.ClientAuthentication;

/// <summary>A public client: it has no secret and sends its id in the form.</summary>
/// <param name="clientId">The client id.</param>
public sealed class PublicClient(string clientId) : IClientAuthentication
{
    /// <inheritdoc/>
    public string ClientId { get; } = clientId;

    /// <inheritdoc/>
    public void Apply(ProtocolRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.ClientId = ClientId;
        request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
    }

    /// <inheritdoc/>
    public bool TryOtherWay(DateTimeOffset? serverTime) => false;
}
