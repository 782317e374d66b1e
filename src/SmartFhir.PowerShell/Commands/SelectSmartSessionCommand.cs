using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sessions;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Makes a session the default one of this runspace: the one that commands use when -Session is left out.</summary>
/// <remarks>
/// <para>The session that was connected last is the default one until another is selected. In ForEach-Object -Parallel and in thread jobs,
/// select the caller's session once instead of giving -Session to each command: Select-SmartSession $using:session.</para>
/// </remarks>
/// <example>
/// <code>Select-SmartSession epic</code>
/// <para>The commands that follow use the session 'epic'.</para>
/// </example>
/// <example>
/// <code>$session = Get-SmartSession epic; 1..4 | ForEach-Object -Parallel { Select-SmartSession $using:session; Invoke-SmartFhirRequest "Patient/$_" }</code>
/// <para>Parallel runspaces that share one session and its token.</para>
/// </example>
[Cmdlet(VerbsCommon.Select, "SmartSession")]
[OutputType(typeof(SmartSession))]
public sealed class SelectSmartSessionCommand : SmartCmdlet
{
    /// <summary>The session, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNull]
    public SmartSession? Session { get; set; }

    /// <summary>Writes the session.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SessionTable.Select(Session!);
        if (PassThru)
        {
            WriteObject(Session);
        }
    }
}
