using System.Text;
using SmartFhir.Http;

namespace SmartFhir.PowerShell;

/// <summary>An answer of the FHIR API with its HTTP side. Written by Invoke-SmartFhirRequest -OutputType Response.</summary>
public sealed class SmartFhirResponse
{
    private readonly FhirResponse _response;

    internal SmartFhirResponse(FhirResponse response) => _response = response;

    /// <summary>The HTTP status code.</summary>
    public int StatusCode => (int)_response.StatusCode;

    /// <summary>The URL that answered.</summary>
    public Uri RequestUri => _response.RequestUri;

    /// <summary>The headers, each with its values.</summary>
    public IReadOnlyDictionary<string, string[]> Headers => _response.Headers;

    /// <summary>The version of the resource, for example W/"2".</summary>
    public string? ETag => _response.ETag;

    /// <summary>The id by which the server's operator finds the request in the log.</summary>
    public string? RequestId => _response.RequestId;

    /// <summary>How long it took, to the last byte.</summary>
    public TimeSpan Elapsed => _response.Elapsed;

    /// <summary>The body as text.</summary>
    public string Content => Encoding.UTF8.GetString(_response.Body.Span);

    /// <summary>The body as a resource; null when it is not one.</summary>
    public Resource? Resource => BundleReader.PeekResourceType(_response.Body.Span) is null ? null : new Resource(_response.Body);
}
