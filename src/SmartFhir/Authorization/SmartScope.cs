using System.Diagnostics.CodeAnalysis;

namespace SmartFhir.Authorization;

/// <summary>
/// One resource scope of SMART App Launch 2.2 ("Scopes for requesting FHIR Resources"), read from either syntax:
/// <c>patient/Observation.rs?category=laboratory</c> (v2) or <c>patient/Observation.read</c> (v1, where read means rs, write cud and * cruds).
/// </summary>
/// <param name="Context"><c>patient</c>, <c>user</c> or <c>system</c>.</param>
/// <param name="ResourceType">A FHIR resource type, or <c>*</c>.</param>
/// <param name="Permissions">The letters of <c>cruds</c> that are granted, in that order.</param>
/// <param name="Constraint">The query behind <c>?</c>, without it; empty when there is none.</param>
public sealed record SmartScope(string Context, string ResourceType, string Permissions, string Constraint)
{
    private const string AllPermissions = "cruds";

    /// <summary>Reads a resource scope; false for every other scope (<c>openid</c>, <c>launch/patient</c> ...).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SmartScope? scope)
    {
        scope = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || text[..slash] is not ("patient" or "user" or "system"))
        {
            return false;
        }

        int question = text.IndexOf('?', StringComparison.Ordinal);
        string body = question < 0 ? text[(slash + 1)..] : text[(slash + 1)..question];
        int dot = body.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || PermissionsOf(body[(dot + 1)..]) is not { } permissions)
        {
            return false;
        }

        scope = new SmartScope(text[..slash], body[..dot], permissions, question < 0 ? "" : text[(question + 1)..]);
        return true;
    }

    /// <summary>True when everything that <paramref name="other"/> allows is allowed by this scope.</summary>
    public bool Covers(SmartScope other) =>
        Context == other.Context
        && (ResourceType == "*" || ResourceType == other.ResourceType)
        && other.Permissions.All(letter => Permissions.Contains(letter, StringComparison.Ordinal))
        && (Constraint.Length == 0 || Constraint == other.Constraint);

    /// <summary>True when this scope allows a part of what <paramref name="other"/> allows.</summary>
    public bool Narrows(SmartScope other) =>
        Context == other.Context
        && (other.ResourceType == "*" || ResourceType == "*" || ResourceType == other.ResourceType)
        && Permissions.Any(letter => other.Permissions.Contains(letter, StringComparison.Ordinal));

    private static string? PermissionsOf(string suffix) => suffix switch
    {
        "read" => "rs",
        "write" => "cud",
        "*" => AllPermissions,
        "" => null,
        _ => IsOrderedSubset(suffix) ? suffix : null,
    };

    private static bool IsOrderedSubset(string suffix)
    {
        int last = -1;
        foreach (char letter in suffix)
        {
            int position = AllPermissions.IndexOf(letter, StringComparison.Ordinal);
            if (position <= last)
            {
                return false;
            }

            last = position;
        }

        return true;
    }
}
