using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sessions;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Lists the sessions of this runspace, the default one first.</summary>
/// <remarks>
/// <para>A session is a signed-in connection to one FHIR server. Connect-SmartFhir makes one, and the last one made is the default that
/// the other commands use. Other runspaces (ForEach-Object -Parallel, jobs) have sessions of their own; pass one there with -Session.</para>
/// </remarks>
/// <example>
/// <code>Get-SmartSession</code>
/// <para>Lists every session, the default one first.</para>
/// </example>
/// <example>
/// <code>Get-SmartSession -Name epic* | Disconnect-SmartFhir</code>
/// <para>Ends the sessions whose name begins with epic.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "SmartSession")]
[OutputType(typeof(SmartSession))]
public sealed class GetSmartSessionCommand : SmartCmdlet
{
    /// <summary>The names to list; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            SmartSession[] found = [.. SessionTable.All.Where(session => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(session.Name))];
            WriteObject(found, enumerateCollection: true);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.From(new SmartException(SmartErrorCode.NotConnected, $"There is no session '{name}' in this runspace.", remedy: "Get-SmartSession lists them all."), name));
            }
        }
    }
}
