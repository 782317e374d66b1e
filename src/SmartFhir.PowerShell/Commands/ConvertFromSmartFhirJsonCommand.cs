using System.Management.Automation;
using System.Text;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Resources;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Turns FHIR JSON into objects without losing anything.</summary>
/// <remarks>
/// <para>A JSON object with a resourceType becomes a SmartFhir.Resource, as Invoke-SmartFhirRequest writes it; other JSON becomes custom
/// objects and plain values. The items of an array come out one by one. Unlike ConvertFrom-Json it keeps dates as strings, decimals to
/// the digit, and the order of the elements.</para>
/// <para>Strings from the pipeline, and the lines of a file: when the first one is complete JSON by itself, every one is (NDJSON);
/// otherwise they are the lines of one text, as Get-Content gives it. Blank ones do not count.</para>
/// </remarks>
/// <example>
/// <code>ConvertFrom-SmartFhirJson -Path patient.json</code>
/// <para>Reads a resource from a file.</para>
/// </example>
/// <example>
/// <code>Get-Content observations.ndjson | ConvertFrom-SmartFhirJson | Group-Object status</code>
/// <para>Reads NDJSON, one resource a line.</para>
/// </example>
[Cmdlet(VerbsData.ConvertFrom, "SmartFhirJson", DefaultParameterSetName = ByJson)]
[OutputType(typeof(Resource), typeof(PSObject))]
public sealed class ConvertFromSmartFhirJsonCommand : PSCmdlet
{
    private const string ByJson = "Json";
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";

    private JsonInput? _input;

    /// <summary>The JSON.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByJson)]
    [AllowEmptyString]
    public string[] Json { get; set; } = [];

    /// <summary>Files with JSON or NDJSON, UTF-8. Wildcards are permitted.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPath)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files with JSON or NDJSON, UTF-8. Taken as they are, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ByPath:
                Array.ForEach(Path, path => ReadFiles(path, () => GetResolvedProviderPathFromPSPath(path, out _)));
                break;
            case ByLiteralPath:
                Array.ForEach(LiteralPath, path => ReadFiles(path, () => [GetUnresolvedProviderPathFromPSPath(path)]));
                break;
            default:
                _input ??= NewInput();
                Array.ForEach(Json, _input.Add);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _input?.End();

    private JsonInput NewInput() => new(
        WriteObject,
        (exception, text) => WriteError(ErrorRecords.InvalidJson(exception, text.Length > 200 ? text[..200] : text)));

    private void ReadFiles(string path, Func<IEnumerable<string>> resolve)
    {
        try
        {
            foreach (string file in resolve())
            {
                NewInput().AddFile(file);
            }
        }
        catch (DecoderFallbackException exception)
        {
            WriteError(ErrorRecords.InvalidJson(new FormatException($"{path} is not UTF-8 text.", exception), path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SessionStateException)
        {
            WriteError(new ErrorRecord(exception, "FileNotReadable", ErrorCategory.ReadError, path));
        }
    }
}
