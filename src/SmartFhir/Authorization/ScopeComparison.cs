namespace SmartFhir.Authorization;

/// <summary>
/// What of the asked scopes was not granted: a client SHOULD examine the granted scopes and adapt
/// (SMART App Launch 2.2, "Scopes for requesting FHIR Resources").
/// </summary>
public static class ScopeComparison
{
    /// <summary>
    /// The asked scopes that the answer does not honour. A scope counts as granted when the answer names it, a wider one, or (for the
    /// scopes that ask for something other than data) when the thing itself came: a patient for <c>launch/patient</c>, a refresh token for <c>offline_access</c>.
    /// </summary>
    /// <param name="asked">The scopes of the request.</param>
    /// <param name="answer">The answer of the token endpoint. Without a <c>scope</c> member everything was granted (RFC 6749 section 5.1).</param>
    public static IReadOnlyList<string> Missing(IReadOnlyList<string> asked, TokenResponse answer)
    {
        if (answer.Scope is null)
        {
            return [];
        }

        string[] granted = answer.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        SmartScope[] grantedResources = [.. granted.Select(text => SmartScope.TryParse(text, out SmartScope? scope) ? scope : null).OfType<SmartScope>()];
        return [.. asked.Where(text => !IsGranted(text, granted, grantedResources, answer))];
    }

    /// <summary>The granted scopes that allow a part of <paramref name="asked"/>, for the message.</summary>
    public static IReadOnlyList<string> PartsOf(string asked, string? grantedScope)
    {
        if (grantedScope is null || !SmartScope.TryParse(asked, out SmartScope? wanted))
        {
            return [];
        }

        return [.. grantedScope.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(text => SmartScope.TryParse(text, out SmartScope? scope) && scope.Narrows(wanted))];
    }

    private static bool IsGranted(string asked, string[] granted, SmartScope[] grantedResources, TokenResponse answer)
    {
        if (granted.Contains(asked, StringComparer.Ordinal))
        {
            return true;
        }

        if (SmartScope.TryParse(asked, out SmartScope? wanted))
        {
            // Letters may be spread over several scopes: patient/*.r and patient/*.s together are patient/*.rs.
            return wanted.Permissions.All(letter =>
                grantedResources.Any(scope => scope.Covers(wanted with { Permissions = letter.ToString() })));
        }

        return asked switch
        {
            "openid" or "fhirUser" or "profile" => answer.IdToken is not null,
            "offline_access" or "online_access" => answer.RefreshToken is not null,
            "launch/patient" => answer.Patient is not null,
            "launch/encounter" => answer.Encounter is not null,
            "launch" => answer.Patient is not null || answer.Encounter is not null,
            _ => false,
        };
    }
}
