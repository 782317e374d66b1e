using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using SmartFhir.Http;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>What Invoke-SmartFhirRequest writes.</summary>
public enum FhirOutputType
{
    /// <summary>SmartFhir.Resource objects: every element is a property, dates and decimals as the server sent them.</summary>
    PSObject,

    /// <summary>One JSON string a resource, to the byte as it came.</summary>
    Json,

    /// <summary>The HTTP answer: status, headers and body.</summary>
    Response,
}

/// <summary>Reads from the FHIR API of a session: resources by id, their history, and searches.</summary>
/// <remarks>
/// <para>The path is relative to the FHIR base of the session: Patient/123 reads a resource, Patient/123/_history/2 a version,
/// Patient/123/_history its history, and Observation?code=8867-4 searches. A search gives the Bundle; with -All or -First the resources in
/// it come out one by one, from as many pages as it takes, the next page being read ahead.</para>
/// <para>Nothing is lost on the way: dates stay the strings that the server sent, 1.00 stays 1.00, and the order of the elements stays.
/// ConvertTo-Json gives the whole resource (the module sets its -Depth), ConvertTo-SmartFhirJson the very bytes.</para>
/// <para>The token is sent to the server of the session only. A refused token is renewed once. An error of the server becomes an error
/// record with the text of its OperationOutcome, and the pipeline goes on with the next path.</para>
/// </remarks>
/// <example>
/// <code>Invoke-SmartFhirRequest Patient/123 | ConvertTo-Json</code>
/// <para>Reads one patient and shows the whole resource.</para>
/// </example>
/// <example>
/// <code>Invoke-SmartFhirRequest Observation -Query @{ patient = '123'; category = 'laboratory'; _sort = '-date' } -All</code>
/// <para>Every laboratory observation of a patient, the newest first.</para>
/// </example>
/// <example>
/// <code>'Patient/1', 'Patient/2' | Invoke-SmartFhirRequest | Select-Object id, birthDate, gender</code>
/// <para>Reads two patients by path from the pipeline.</para>
/// </example>
/// <example>
/// <code>Invoke-SmartFhirRequest Patient -First 5</code>
/// <para>The first five patients that a search gives.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "SmartFhirRequest", DefaultParameterSetName = SingleSet)]
[OutputType(typeof(Resource), typeof(string), typeof(SmartFhirResponse))]
public sealed class InvokeSmartFhirRequestCommand : SessionCmdlet
{
    private const string SingleSet = "Single";
    private const string AllSet = "All";
    private const string FirstSet = "First";

    /// <summary>The path relative to the FHIR base, or an absolute URL on the same server.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] Path { get; set; } = [];

    /// <summary>Search parameters beside those in the path; a list repeats the parameter: @{ code = '8867-4'; date = 'ge2024-01-01', 'lt2025-01-01' }.</summary>
    [Parameter]
    public IDictionary? Query { get; set; }

    /// <summary>Writes every resource of a search, from all pages.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>Writes the first resources of a search, from as many pages as that takes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FirstSet)]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; }

    /// <summary>What to write: PSObject, Json or Response.</summary>
    /// <value>PSObject</value>
    [Parameter]
    public FhirOutputType OutputType { get; set; }

    /// <summary>Further request headers, as a hashtable: @{ Prefer = 'handling=strict' }.</summary>
    [Parameter]
    public IDictionary? Headers { get; set; }

    /// <summary>The time for one request, in seconds.</summary>
    /// <value>100</value>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = 100;

    /// <summary>The name of a variable that gets the HTTP status code, also when the request fails.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatusCodeVariable { get; set; }

    /// <summary>The name of a variable that gets the response headers, also when the request fails.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ResponseHeadersVariable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SmartSession session = RequireSession();
        foreach (string path in Path)
        {
            try
            {
                var request = new FhirRequest { Path = path, Query = Pairs(Query), Headers = Pairs(Headers) };
                Run((writer, cancellationToken) => ReadAsync(session, request, writer, cancellationToken));
            }
            catch (SmartException exception)
            {
                WriteError(ErrorRecords.From(exception, path));
            }
        }
    }

    private async Task ReadAsync(SmartSession session, FhirRequest request, PipelineWriter writer, CancellationToken cancellationToken)
    {
        var client = new FhirHttpClient(session.Http, session, new FhirClientOptions
        {
            FhirBase = new Uri(session.Aud),
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            AllowInsecureHttp = session.AllowInsecureHttp,
            Log = writer.Verbose,
        });
        FhirResponse response = await client.SendRawAsync(request, cancellationToken);
        SetVariables(writer, response);
        if ((int)response.StatusCode is not (>= 200 and < 300 or 304))
        {
            throw FhirException.From(response);
        }

        string? type = BundleReader.PeekResourceType(response.Body.Span);
        if (ParameterSetName == SingleSet || OutputType == FhirOutputType.Response || type != "Bundle")
        {
            Write(writer, response, type);
            return;
        }

        await UnfoldAsync(client, response, request, writer, cancellationToken);
    }

    private void Write(PipelineWriter writer, FhirResponse response, string? type)
    {
        if (OutputType == FhirOutputType.Response)
        {
            writer.Object(new SmartFhirResponse(response));
        }
        else if (response.Body.Length > 0)
        {
            if (type is null)
            {
                throw new SmartException(
                    SmartErrorCode.ResponseNotJson,
                    $"{response.RequestUri.GetLeftPart(UriPartial.Path)} answered HTTP {(int)response.StatusCode}, but not with a FHIR resource in JSON: {ProtocolDocument.Excerpt(response.Body.ToArray())}",
                    response.RequestUri,
                    "-OutputType Response gives the answer as it is.");
            }

            WriteResource(writer, response.Body);
        }
    }

    private async Task UnfoldAsync(FhirHttpClient client, FhirResponse first, FhirRequest request, PipelineWriter writer, CancellationToken cancellationToken)
    {
        int left = First > 0 ? First : int.MaxValue;
        var limit = new PagingLimit(Resources: First > 0 ? First : null);
        await foreach (FhirPage page in new FhirPager(client).ReadAsync(first, request, limit, cancellationToken))
        {
            foreach (BundleEntry entry in page.Bundle.Entries)
            {
                if (entry.SearchMode == "outcome")
                {
                    Warn(writer, entry);
                }
                else if (entry.IsResult)
                {
                    WriteResource(writer, entry.Resource.ToArray());
                    if (--left == 0)
                    {
                        return;
                    }
                }
            }
        }
    }

    private void WriteResource(PipelineWriter writer, ReadOnlyMemory<byte> utf8)
    {
        object value = OutputType == FhirOutputType.Json ? Encoding.UTF8.GetString(utf8.Span) : new Resource(utf8);
        writer.Object(value);
    }

    /// <summary>What the server has to say about the search is not one of its results.</summary>
    private static void Warn(PipelineWriter writer, BundleEntry entry)
    {
        foreach (OperationOutcomeIssue issue in OperationOutcomeIssue.Read(entry.Resource))
        {
            writer.Warning($"The server says of the search: {issue}");
        }
    }

    private void SetVariables(PipelineWriter writer, FhirResponse response)
    {
        if (StatusCodeVariable is { } status)
        {
            writer.Send(_ => SessionState.PSVariable.Set(status, (int)response.StatusCode));
        }

        if (ResponseHeadersVariable is { } headers)
        {
            writer.Send(_ => SessionState.PSVariable.Set(headers, response.Headers));
        }
    }

    private static List<KeyValuePair<string, string>> Pairs(IDictionary? dictionary)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (DictionaryEntry entry in dictionary ?? new Hashtable())
        {
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            foreach (object? item in value is IEnumerable list and not string ? list.Cast<object?>() : [value])
            {
                pairs.Add(new(Text(entry.Key), Text(item)));
            }
        }

        return pairs;
    }

    /// <summary>Times as FHIR writes them; true and false in lower case.</summary>
    private static string Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture),
        { } other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
