namespace SmartFhir.Authorization.Loopback;

/// <summary>One address that a <see cref="LoopbackHost"/> answers at.</summary>
internal interface ILoopbackEndpoint
{
    /// <summary>The address; a request for another host or port is turned away before it comes here.</summary>
    Uri Address { get; }

    /// <summary>True when requests for this path are its own.</summary>
    bool Serves(string path);

    /// <summary>Answers a request that kept every limit.</summary>
    /// <returns>What is to be done once the browser has the whole answer; null for nothing.</returns>
    Task<Action?> AnswerAsync(LoopbackRequest request, Stream stream, CancellationToken cancellationToken);
}
