using System.Management.Automation;
using System.Text;
using SmartFhir.PowerShell.Pipeline;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Turns FHIR JSON into objects without losing anything.</summary>
/// <remarks>
/// <para>A JSON object with a resourceType becomes a SmartFhir.Resource, as Invoke-SmartFhirRequest writes it; other JSON becomes custom
/// objects and plain values. Unlike ConvertFrom-Json it keeps dates as strings, decimals to the digit, and the order of the elements.</para>
/// <para>Strings from the pipeline: when the first one is a complete JSON value by itself, every string is one (NDJSON); otherwise they
/// are the lines of one document, as Get-Content gives it.</para>
/// </remarks>
/// <example>
/// <code>Get-Content patient.json | ConvertFrom-SmartFhirJson</code>
/// <para>Reads a resource from a file.</para>
/// </example>
/// <example>
/// <code>Get-Content observations.ndjson | ConvertFrom-SmartFhirJson | Group-Object status</code>
/// <para>Reads NDJSON, one resource a line.</para>
/// </example>
[Cmdlet(VerbsData.ConvertFrom, "SmartFhirJson")]
[OutputType(typeof(Resource), typeof(PSObject))]
public sealed class ConvertFromSmartFhirJsonCommand : PSCmdlet
{
    private readonly StringBuilder _document = new();
    private bool _started;
    private bool _lineByLine;

    /// <summary>The JSON.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] Json { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string text in Json)
        {
            if (!_started && !string.IsNullOrWhiteSpace(text))
            {
                _started = true;
                _lineByLine = IsComplete(text);
            }

            if (!_lineByLine)
            {
                _document.AppendLine(text);
            }
            else if (!string.IsNullOrWhiteSpace(text))
            {
                Write(text);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_lineByLine)
        {
            Write(_document.ToString());
        }
    }

    private static bool IsComplete(string text)
    {
        try
        {
            FhirJsonReader.ReadValue(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private void Write(string text)
    {
        try
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text.TrimStart('\uFEFF').Trim());
            object? value = FhirJsonReader.ReadValue(utf8);
            WriteObject(FhirJsonReader.PeekResourceType(utf8) is null ? value : new Resource(utf8));
        }
        catch (FormatException exception)
        {
            WriteError(ErrorRecords.InvalidJson(exception, text.Length > 200 ? text[..200] : text));
        }
    }
}
