using System.Globalization;
using System.Text.Json;

namespace SmartFhir.Authorization;

/// <summary>
/// A success answer of the token endpoint (SMART App Launch 2.2, "Obtain access token", Response; RFC 6749 section 5.1).
/// Holds secrets: it is not shown, logged or written to the pipeline.
/// </summary>
public sealed class TokenResponse
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token", "patient", "encounter",
        "fhirContext", "need_patient_banner", "intent", "smart_style_url", "tenant",
    };

    /// <summary><c>access_token</c>, opaque.</summary>
    public required string AccessToken { get; init; }

    /// <summary><c>token_type</c> as the server wrote it (some write <c>bearer</c>); Bearer when it was left out.</summary>
    public required string TokenType { get; init; }

    /// <summary><c>expires_in</c>; null when the server does not say.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary><c>scope</c>: the granted scopes, space-separated; null when the server left it out, which means: as asked.</summary>
    public string? Scope { get; init; }

    /// <summary><c>refresh_token</c>.</summary>
    public string? RefreshToken { get; init; }

    /// <summary><c>id_token</c>, not yet validated.</summary>
    public string? IdToken { get; init; }

    /// <summary><c>patient</c>: the logical id of the patient in context.</summary>
    public string? Patient { get; init; }

    /// <summary><c>encounter</c>: the logical id of the encounter in context.</summary>
    public string? Encounter { get; init; }

    /// <summary><c>fhirContext</c>: a list of dictionaries with <c>reference</c>, <c>canonical</c>, <c>identifier</c>, <c>type</c>, <c>role</c>.</summary>
    public IReadOnlyList<object?> FhirContext { get; init; } = [];

    /// <summary><c>need_patient_banner</c>.</summary>
    public bool? NeedPatientBanner { get; init; }

    /// <summary><c>intent</c>.</summary>
    public string? Intent { get; init; }

    /// <summary><c>smart_style_url</c>.</summary>
    public string? SmartStyleUrl { get; init; }

    /// <summary><c>tenant</c>.</summary>
    public string? Tenant { get; init; }

    /// <summary>Every other member, by name; values are strings, numbers, booleans, lists and dictionaries.</summary>
    public IReadOnlyDictionary<string, object?> AdditionalMembers { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Reads the answer.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.TokenResponseInvalid"/>: no access_token, or not a JSON object.</exception>
    public static TokenResponse Parse(JsonElement json, Uri tokenEndpoint)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "access_token") is not { Length: > 0 } accessToken)
        {
            throw new SmartException(
                SmartErrorCode.TokenResponseInvalid,
                $"The token endpoint {tokenEndpoint} answered with success, but without an access_token.",
                tokenEndpoint,
                "This is a fault of the authorization server: report it to its operator, with the time of the request.");
        }

        return new TokenResponse
        {
            AccessToken = accessToken,
            TokenType = Text(json, "token_type") is { Length: > 0 } type ? type : "Bearer",
            ExpiresIn = Seconds(json, "expires_in"),
            Scope = Text(json, "scope"),
            RefreshToken = Text(json, "refresh_token") is { Length: > 0 } refresh ? refresh : null,
            IdToken = Text(json, "id_token") is { Length: > 0 } idToken ? idToken : null,
            Patient = Text(json, "patient"),
            Encounter = Text(json, "encounter"),
            FhirContext = json.TryGetProperty("fhirContext", out JsonElement context) && JsonValues.ToObject(context) is IReadOnlyList<object?> list ? list : [],
            NeedPatientBanner = Flag(json, "need_patient_banner"),
            Intent = Text(json, "intent"),
            SmartStyleUrl = Text(json, "smart_style_url"),
            Tenant = Text(json, "tenant"),
            AdditionalMembers = json.EnumerateObject()
                .Where(member => !KnownMembers.Contains(member.Name))
                .GroupBy(member => member.Name, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => JsonValues.ToObject(group.Last().Value), StringComparer.Ordinal),
        };
    }

    /// <summary>Says nothing of what it holds.</summary>
    public override string ToString() => "TokenResponse (values not shown)";

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

    /// <summary>Some servers write the number as a string.</summary>
    private static TimeSpan? Seconds(JsonElement json, string name) =>
        double.TryParse(Text(json, name), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static bool? Flag(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String when bool.TryParse(value.GetString(), out bool flag) => flag,
                _ => null,
            }
            : null;
}
