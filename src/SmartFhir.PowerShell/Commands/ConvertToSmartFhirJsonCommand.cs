using System.Management.Automation;
using System.Text;
using SmartFhir.PowerShell.Pipeline;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Turns resources and objects into FHIR JSON without losing anything.</summary>
/// <remarks>
/// <para>A resource that was not changed comes out as the very bytes that came from the server. A changed one, a hashtable or a custom
/// object is written with its numbers to the letter and its dates as they are; elements that are null are left out, as FHIR has none.
/// Every object gives one string.</para>
/// <para>A server's own line breaks are a part of what came: -Compress puts every resource on one line, as NDJSON asks.</para>
/// </remarks>
/// <example>
/// <code>Invoke-SmartFhirRequest Patient/123 | ConvertTo-SmartFhirJson</code>
/// <para>The resource as the server sent it.</para>
/// </example>
/// <example>
/// <code>Invoke-SmartFhirRequest Observation -All | ConvertTo-SmartFhirJson -Compress | Set-Content observations.ndjson</code>
/// <para>Writes NDJSON, one resource a line.</para>
/// </example>
/// <example>
/// <code>@{ resourceType = 'Patient'; active = $true } | ConvertTo-SmartFhirJson -Indented</code>
/// <para>A resource made by hand, for people to read.</para>
/// </example>
[Cmdlet(VerbsData.ConvertTo, "SmartFhirJson", DefaultParameterSetName = "AsItIs")]
[OutputType(typeof(string))]
public sealed class ConvertToSmartFhirJsonCommand : PSCmdlet
{
    /// <summary>The resource, hashtable or custom object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Writes every element on a line of its own. Numbers stay to the letter.</summary>
    [Parameter(ParameterSetName = "Indented")]
    public SwitchParameter Indented { get; set; }

    /// <summary>Writes everything on one line, without white space. Numbers stay to the letter.</summary>
    [Parameter(ParameterSetName = "Compress")]
    public SwitchParameter Compress { get; set; }

    private JsonLayout Layout => Indented ? JsonLayout.Indented : Compress ? JsonLayout.OneLine : JsonLayout.AsItIs;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(Encoding.UTF8.GetString(FhirJsonWriter.Write(InputObject, Layout).Span));
        }
        catch (FormatException exception)
        {
            WriteError(ErrorRecords.InvalidJson(exception, InputObject));
        }
        catch (ArgumentException exception)
        {
            WriteError(ErrorRecords.NotSerializable(exception, InputObject));
        }
    }
}
