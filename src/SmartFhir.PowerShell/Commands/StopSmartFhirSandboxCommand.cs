using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sandbox;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Stops sandboxes that Start-SmartFhirSandbox has started.</summary>
/// <remarks>
/// <para>Without -Sandbox every one that was started in this process ends. A sandbox that Connect-SmartFhir -Sandbox has started ends with
/// its session: Disconnect-SmartFhir.</para>
/// </remarks>
/// <example>
/// <code>Stop-SmartFhirSandbox</code>
/// <para>Stops every sandbox of this process.</para>
/// </example>
/// <example>
/// <code>$sandbox | Stop-SmartFhirSandbox</code>
/// <para>Stops one.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "SmartFhirSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopSmartFhirSandboxCommand : SmartCmdlet
{
    /// <summary>The sandboxes to stop; every one when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public SmartFhirSandbox[]? Sandbox { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (SmartFhirSandbox sandbox in Sandbox ?? SandboxTable.All())
        {
            if (ShouldProcess(sandbox.Aud, "Stop the sandbox"))
            {
                SandboxTable.Remove(sandbox);
                sandbox.Stop();
            }
        }
    }
}
