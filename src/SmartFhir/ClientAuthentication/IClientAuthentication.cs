using Duende.IdentityModel.Client;

namespace SmartFhir.ClientAuthentication;

/// <summary>
/// How the client says who it is at the token endpoint (SMART App Launch 2.2, "Obtain access token"): one implementation a method.
/// It may remember what a server turned out to want, so it belongs to one session.
/// </summary>
public interface IClientAuthentication
{
    /// <summary>The client id.</summary>
    string ClientId { get; }

    /// <summary>Adds the client's identification to a request to the authorization server.</summary>
    void Apply(ProtocolRequest request);

    /// <summary>The server answered <c>invalid_client</c>: switches to another reading of the standard, if there is one left to try.</summary>
    /// <param name="serverTime">The Date header of that answer.</param>
    /// <returns>True when the request is worth one more try.</returns>
    bool TryOtherWay(DateTimeOffset? serverTime);
}
