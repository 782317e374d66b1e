namespace SmartFhir.Sandbox;

/// <summary>Where this sandbox is.</summary>
/// <param name="Origin">The root, with a trailing slash; also the issuer.</param>
public sealed record ServerAddress(Uri Origin)
{
    /// <summary>The FHIR base, without a trailing slash.</summary>
    public Uri FhirBase { get; } = new(Origin, "fhir");

    /// <summary>An absolute URL of this server.</summary>
    public Uri Of(string path) => new(Origin, path);
}
