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
            Run(async (writer, cancellationToken) => Report(session, await session.RevokeAsync(cancellationToken), writer));
        }
        finally
        {
            SessionTable.Remove(session);
            session.Dispose();
        }
    }

    /// <summary>A token that may live on is a warning; that the server has no revocation is only worth a verbose line.</summary>
    private static void Report(SmartSession session, IReadOnlyList<TokenRevocation> revocations, PipelineWriter writer)
    {
        foreach (TokenRevocation revocation in revocations)
        {
            string token = $"{revocation.Kind.Replace('_', ' ')} of '{session.Name}'";
            if (revocation.Failure is { } failure)
            {
                writer.Warning($"The {token} is forgotten here, but could not be revoked: {failure.Message}");
            }
            else
            {
                writer.Verbose(revocation.Revoked ? $"The {token} is revoked at the server." : $"The server offers no revocation: the {token} is only forgotten here.");
            }
        }
    }
}
