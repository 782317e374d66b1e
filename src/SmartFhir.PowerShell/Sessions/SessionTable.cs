using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Sessions;

/// <summary>The sessions of one runspace, the default one (connected last) first. Ends with its runspace.</summary>
internal sealed class SessionTable
{
    private static readonly ConditionalWeakTable<Runspace, SessionTable> Tables = [];

    private readonly List<SmartSession> _sessions = [];

    public IReadOnlyList<SmartSession> All => _sessions;

    public static SessionTable For(Runspace runspace) => Tables.GetValue(runspace, _ => new SessionTable());

    /// <summary>The session that is used when none is named.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.NotConnected"/>.</exception>
    public SmartSession RequireDefault() => _sessions.Count > 0 ? _sessions[0] : throw new SmartException(
        SmartErrorCode.NotConnected,
        "There is no session in this runspace: nobody has signed in here.",
        remedy: "Sign in with Connect-SmartFhir -ClientId <id> -Aud <FHIR base URL>, or try it out with Connect-SmartFhir -Sandbox. In ForEach-Object -Parallel and jobs, pass the session with -Session $using:session.");

    public bool TryFind(string name, [NotNullWhen(true)] out SmartSession? session)
    {
        session = _sessions.FirstOrDefault(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase));
        return session is not null;
    }

    /// <summary>Adds a session as the default one.</summary>
    /// <returns>The session of the same name that it takes the place of, or null.</returns>
    public SmartSession? Add(SmartSession session)
    {
        TryFind(session.Name, out SmartSession? replaced);
        if (replaced is not null)
        {
            _sessions.Remove(replaced);
        }

        _sessions.Insert(0, session);
        return replaced;
    }

    /// <summary>Makes a session the default one; one of another runspace joins this one's.</summary>
    public void Select(SmartSession session)
    {
        _sessions.Remove(session);
        _sessions.Insert(0, session);
    }

    public void Remove(SmartSession session) => _sessions.Remove(session);
}
