using System.Management.Automation;
using SmartFhir.PowerShell.Sessions;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Pipeline;

/// <summary>Base of the cmdlets that work in a session.</summary>
public abstract class SessionCmdlet : SmartCmdlet
{
    /// <summary>The session, or its name. The one that was connected last when it is left out.</summary>
    [Parameter]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SmartSession? Session { get; set; }

    /// <summary>The session of this call; without one the cmdlet ends.</summary>
    internal SmartSession RequireSession()
    {
        try
        {
            return Session ?? SessionTable.RequireDefault();
        }
        catch (SmartException exception)
        {
            Fail(exception);
            throw;
        }
    }
}
