using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

/// <summary>A token source as a session is one: hands out a token, and the next one when told that it was refused.</summary>
internal sealed class RotatingTokens(params string[] tokens) : IAccessTokenSource
{
    private int _index;

    public int Renewals { get; private set; }

    public ValueTask<AccessToken?> GetAccessTokenAsync(string? rejectedAccessToken, CancellationToken cancellationToken)
    {
        if (rejectedAccessToken is not null)
        {
            Renewals++;
            if (_index == tokens.Length - 1)
            {
                throw new SmartException(SmartErrorCode.TokenExpired, "The token cannot be renewed.");
            }

            _index++;
        }

        return new(tokens.Length == 0 ? null : new AccessToken("Bearer", tokens[_index]));
    }
}

/// <summary>A FHIR client with its HTTP client, as the product makes them.</summary>
internal sealed class FhirClientFixture : IDisposable
{
    private readonly HttpClient _http = SmartHttp.CreateClient(new SmartHttpOptions());

    public FhirClientFixture(string fhirBase, IAccessTokenSource? tokens = null, Func<FhirClientOptions, FhirClientOptions>? with = null)
    {
        var options = new FhirClientOptions { FhirBase = new Uri(fhirBase), Log = line => { lock (Log) { Log.Add(line); } } };
        Client = new FhirHttpClient(_http, tokens ?? new RotatingTokens("first-token"), with?.Invoke(options) ?? options);
    }

    public FhirHttpClient Client { get; }

    public List<string> Log { get; } = [];

    public Task<FhirResponse> GetAsync(string path) => Client.SendAsync(new FhirRequest { Path = path }, CancellationToken.None);

    public void Dispose() => _http.Dispose();
}
