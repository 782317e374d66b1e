using System.Text.Json;

namespace SmartFhir.Http;

/// <summary>One issue of an OperationOutcome (FHIR R4, OperationOutcome.issue).</summary>
public sealed record OperationOutcomeIssue
{
    private const int MaximumText = 800;

    /// <summary><c>severity</c>: fatal, error, warning or information.</summary>
    public string? Severity { get; init; }

    /// <summary><c>code</c>: the issue type, for example <c>not-found</c>.</summary>
    public string? Code { get; init; }

    /// <summary><c>details.text</c>, or the display of its first coding.</summary>
    public string? Details { get; init; }

    /// <summary><c>diagnostics</c>.</summary>
    public string? Diagnostics { get; init; }

    /// <summary><c>expression</c>: FHIRPath of the elements; <c>location</c> where a server gives only that.</summary>
    public IReadOnlyList<string> Expression { get; init; } = [];

    /// <summary>Severity, code, the text, and where: <c>error invalid: Unknown code (Patient.gender)</c>; on one line, fit for a terminal.</summary>
    public override string ToString()
    {
        string head = string.Join(' ', new[] { Severity, Code }.Where(part => !string.IsNullOrEmpty(part)));
        string[] texts = [.. new[] { Details, Diagnostics }.OfType<string>().Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        string where = Expression.Count > 0 ? $" ({Printable.Clip(string.Join(", ", Expression), MaximumText)})" : "";
        return Printable.Clip(texts.Length > 0 ? $"{head}: {string.Join(" - ", texts)}" : head, MaximumText) + where;
    }

    /// <summary>The issues in a body, or none when it is not an OperationOutcome.</summary>
    public static IReadOnlyList<OperationOutcomeIssue> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && Text(root, "resourceType") == "OperationOutcome" && root.TryGetProperty("issue", out JsonElement issues) && issues.ValueKind == JsonValueKind.Array
                ? [.. issues.EnumerateArray().Where(issue => issue.ValueKind == JsonValueKind.Object).Select(ReadIssue)]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static OperationOutcomeIssue ReadIssue(JsonElement issue) => new()
    {
        Severity = Text(issue, "severity"),
        Code = Text(issue, "code"),
        Details = issue.TryGetProperty("details", out JsonElement details) && details.ValueKind == JsonValueKind.Object ? ReadDetails(details) : null,
        Diagnostics = Text(issue, "diagnostics"),
        Expression = List(issue, "expression") is { Length: > 0 } expression ? expression : List(issue, "location"),
    };

    private static string? ReadDetails(JsonElement details) =>
        Text(details, "text")
        ?? (details.TryGetProperty("coding", out JsonElement codings) && codings.ValueKind == JsonValueKind.Array && codings.GetArrayLength() > 0
            ? Text(codings[0], "display") ?? Text(codings[0], "code")
            : null);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] List(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
}
