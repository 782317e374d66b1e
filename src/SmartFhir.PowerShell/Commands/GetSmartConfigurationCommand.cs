using System.Management.Automation;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.PowerShell.Pipeline;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Shows how a FHIR server wants people and services to sign in.</summary>
/// <remarks>
/// <para>Reads the server's SMART configuration ([base]/.well-known/smart-configuration). Where there is none, the CapabilityStatement
/// ([base]/metadata) and then the OAuth and OpenID metadata are asked. The property Source says which document the answer comes from,
/// Warnings what is odd about it, and AdditionalMembers holds what the SMART specification does not know.</para>
/// <para>Nobody needs to be signed in.</para>
/// </remarks>
/// <example>
/// <code>Get-SmartConfiguration https://launch.smarthealthit.org/v/r4/fhir</code>
/// <para>Shows the endpoints, scopes and capabilities of the public SMART sandbox.</para>
/// </example>
/// <example>
/// <code>(Get-SmartConfiguration -Aud $fhirBase).Capabilities -contains 'permission-v2'</code>
/// <para>Tells whether the server understands the scopes of SMART 2 (patient/*.rs).</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "SmartConfiguration")]
[OutputType(typeof(SmartConfiguration))]
public sealed class GetSmartConfigurationCommand : SmartCmdlet
{
    /// <summary>The FHIR base URL, for example https://ehr.example.org/fhir/R4.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Server", "BaseUrl", "Iss")]
    [ValidateNotNullOrEmpty]
    public string Aud { get; set; } = "";

    /// <summary>Accept plain http from a server that is not on this machine. For test servers only: what is sent can be read on the way.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureHttp { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            Run(async (writer, cancellationToken) =>
            {
                using HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
                writer.Object(await new SmartDiscovery(http, AllowInsecureHttp, writer.Verbose).DiscoverAsync(Aud, cancellationToken));
            });
        }
        catch (SmartException exception)
        {
            WriteError(ErrorRecords.From(exception, Aud));
        }
    }
}
