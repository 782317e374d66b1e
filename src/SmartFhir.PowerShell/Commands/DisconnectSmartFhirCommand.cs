using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sessions;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Ends a session: withdraws its tokens at the server where the server offers that, and forgets them.</summary>
/// <remarks>
/// <para>Without -Session the default session ends. The tokens are revoked at the server's revocation endpoint (RFC 7009). When that
/// fails the session is forgotten all the same, and a warning says that the server may honour the tokens until they expire.</para>
/// </remarks>
/// <example>
/// <code>Disconnect-SmartFhir</code>
/// <para>Ends the default session.</para>
/// </example>
/// <example>
/// <code>Get-SmartSession | Disconnect-SmartFhir</code>
/// <para>Ends every session of this runspace.</para>
/// </example>
[Cmdlet(VerbsCommunications.Disconnect, "SmartFhir", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectSmartFhirCommand : SmartCmdlet
{
    /// <summary>The session, or its name. The default one when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SmartSession? Session { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SmartSession session;
        try
        {
            session = Session ?? SessionTable.RequireDefault();
        }
        catch (SmartException exception)
        {
            Fail(exception);
            return;
        }

        if (!ShouldProcess(session.ToString(), "Revoke the tokens and forget the session"))
        {
            return;
        }

        try
        {
            Run(async (writer, cancellationToken) => writer.Verbose(await session.RevokeAsync(cancellationToken)
                ? $"The tokens of '{session.Name}' are revoked at the server."
                : $"{session.Aud} offers no revocation: the tokens of '{session.Name}' are only forgotten here."));
        }
        catch (SmartException exception)
        {
            WriteWarning($"The session is forgotten, but its tokens could not be revoked: {exception.Message}");
        }
        finally
        {
            SessionTable.Remove(session);
            session.Dispose();
        }
    }
}
