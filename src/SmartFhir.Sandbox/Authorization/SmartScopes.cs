using System.Text.RegularExpressions;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>One resource scope, in the letters of SMART 2 whichever syntax it came in.</summary>
/// <param name="Text">The scope as it was asked for.</param>
/// <param name="Context"><c>patient</c>, <c>user</c> or <c>system</c>.</param>
/// <param name="Type">A resource type or <c>*</c>.</param>
/// <param name="Permissions">Letters of <c>cruds</c>.</param>
/// <param name="Query">The constraint behind <c>?</c>, or "".</param>
public sealed record ResourceScope(string Text, string Context, string Type, string Permissions, string Query)
{
    public bool Allows(string type, char permission) => (Type == "*" || Type == type) && Permissions.Contains(permission, StringComparison.Ordinal);
}

/// <summary>The scopes of SMART App Launch 2.2, in the syntax of version 1 and 2.</summary>
public static partial class SmartScopes
{
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "offline_access",
    };

    public static IReadOnlyList<string> Supported { get; } =
    [
        "openid", "fhirUser", "profile", "launch/patient", "launch/encounter", "offline_access",
        "patient/*.rs", "patient/*.read", "user/*.rs", "user/*.read",
    ];

    /// <summary>The first scope that this server does not know, or null.</summary>
    public static string? FindUnknown(IEnumerable<string> scopes) =>
        scopes.FirstOrDefault(scope => !Plain.Contains(scope) && Parse(scope) is not { Context: "patient" or "user" });

    public static ResourceScope? Parse(string scope)
    {
        Match match = Resource().Match(scope);
        if (!match.Success)
        {
            return null;
        }

        string permissions = match.Groups["permission"].Value switch
        {
            "read" => "rs",
            "write" => "cud",
            "*" => "cruds",
            var letters => letters,
        };
        return permissions.Length == 0 ? null : new ResourceScope(scope, match.Groups["context"].Value, match.Groups["type"].Value, permissions, match.Groups["query"].Value);
    }

    /// <summary>True when the request needs a patient: by <c>launch/patient</c> or a patient scope.</summary>
    public static bool NeedsPatient(IEnumerable<string> scopes) =>
        scopes.Any(scope => scope is "launch/patient" or "launch/encounter" || Parse(scope) is { Context: "patient" });

    /// <summary>What a scope means, in plain words for the consent page.</summary>
    public static string Explain(string scope)
    {
        if (Parse(scope) is { } resource)
        {
            string what = resource.Type == "*" ? "everything" : Words(resource.Type);
            string whose = resource.Context == "patient" ? "in this patient's record" : "that you may see";
            string verbs = string.Join(", ", new[] { ('c', "add"), ('r', "read"), ('u', "change"), ('d', "delete"), ('s', "search") }
                .Where(verb => resource.Permissions.Contains(verb.Item1, StringComparison.Ordinal)).Select(verb => verb.Item2));
            string limit = resource.Query.Length == 0 ? "" : $", only where {resource.Query}";
            return $"{char.ToUpperInvariant(verbs[0])}{verbs[1..]} {what} {whose}{limit}";
        }

        return scope switch
        {
            "openid" => "Know who you are",
            "fhirUser" or "profile" => "See your name and your own entry in the system",
            "launch/patient" or "launch" => "Know which patient you have chosen",
            "launch/encounter" => "Know the visit you have chosen",
            "offline_access" => "Keep access while you are away",
            _ => scope,
        };
    }

    private static string Words(string type) => $"{CamelHump().Replace(type, " $0").Trim().ToLowerInvariant()} entries";

    [GeneratedRegex(@"^(?<context>patient|user|system)/(?<type>\*|[A-Z][A-Za-z]+)\.(?<permission>read|write|\*|c?r?u?d?s?)(\?(?<query>.+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Resource();

    [GeneratedRegex("[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex CamelHump();
}
