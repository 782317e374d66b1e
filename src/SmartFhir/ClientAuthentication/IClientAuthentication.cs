using Duende.IdentityModel.Client;

namespace SmartFhir.ClientAuthentication;

/// <summary>
/// How the client says who it is at the token endpoint (SMART App Launch 2.2, "Obtain access token").
/// One implementation a method: public here; secret and signed assertion come beside it.
/// </summary>
public interface IClientAuthentication
{
    /// <summary>The client id.</summary>
    string ClientId { get; }

    /// <summary>Adds the client's identification to a request to the authorization server.</summary>
    void Apply(ProtocolRequest request);
}

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
}
