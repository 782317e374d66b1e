using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sandbox;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Starts a SMART authorization server and FHIR R4 server with synthetic patients on this machine.</summary>
/// <remarks>
/// <para>The sandbox is both sides of an EHR: sign-in, patient picker and consent pages, and a FHIR API. It listens on 127.0.0.1 only,
/// its patients are made up, and it ends with this shell at the latest. Connect-SmartFhir -Sandbox starts one and signs in to it in one
/// step; use this command to connect more than once, or with options.</para>
/// <para>It needs the ASP.NET Core runtime 10, which the .NET SDK has.</para>
/// </remarks>
/// <example>
/// <code>$sandbox = Start-SmartFhirSandbox -Patients 100; Connect-SmartFhir -Aud $sandbox.Aud -ClientId $sandbox.ClientId</code>
/// <para>Starts a sandbox with 100 patients and signs in with the browser.</para>
/// </example>
/// <example>
/// <code>Start-SmartFhirSandbox -AutoApprove -TokenLifetime 60</code>
/// <para>For tests: no pages, and access tokens that live for a minute.</para>
/// </example>
/// <example>
/// <code>Start-SmartFhirSandbox -Load ./synthea</code>
/// <para>Serves the transaction bundles of a folder instead of made-up patients.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "SmartFhirSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(SmartFhirSandbox))]
public sealed class StartSmartFhirSandboxCommand : SmartCmdlet
{
    /// <summary>The port; 0 takes a free one.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>How many patients to make; 25 without it.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int? Patients { get; set; }

    /// <summary>The same seed makes the same patients.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>Folders of transaction bundles or NDJSON to load.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Load { get; set; } = [];

    /// <summary>A SQLite file that keeps the data; without it everything is gone at the end.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Signs in, picks the first patient and consents without showing a page.</summary>
    [Parameter]
    public SwitchParameter AutoApprove { get; set; }

    /// <summary>The life of access tokens, in seconds; 3600 without it.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? TokenLifetime { get; set; }

    /// <summary>Faults of the FHIR API to try scripts against: 429:0.1,503:0.05,reset:0.01,slow:200ms.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Fault { get; set; }

    /// <summary>Serves https with a certificate made on the spot. Nothing trusts it by itself.</summary>
    [Parameter]
    public SwitchParameter Https { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess("SmartFhir sandbox", "Start"))
        {
            return;
        }

        var start = new SandboxStart
        {
            Port = Port,
            Patients = Patients,
            Seed = Seed,
            Load = [.. Load.Select(ResolvePath)],
            Database = Database is null ? null : ResolvePath(Database),
            AutoApprove = AutoApprove,
            TokenLifetime = TokenLifetime,
            Fault = Fault,
            Https = Https,
        };
        try
        {
            Run(async (writer, cancellationToken) =>
            {
                var sandbox = new SmartFhirSandbox(await SandboxProcess.StartAsync(start, writer.Verbose, cancellationToken));
                SandboxTable.Add(sandbox);
                writer.Object(sandbox);
            });
        }
        catch (SmartException exception)
        {
            Fail(exception);
        }
    }
}
