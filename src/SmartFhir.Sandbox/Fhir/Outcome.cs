using System.Text.Json;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>Every error is an OperationOutcome.</summary>
public static class Outcome
{
    public const string MediaType = "application/fhir+json; charset=utf-8";

    public static byte[] Create(string severity, string code, string diagnostics) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceType = "OperationOutcome",
        issue = new[] { new { severity, code, diagnostics } },
    });

    public static async Task WriteAsync(HttpContext context, int status, string code, string diagnostics)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaType;
        await context.Response.Body.WriteAsync(Create("error", code, diagnostics), context.RequestAborted);
    }
}

/// <summary>A request that cannot be served; becomes an OperationOutcome.</summary>
public sealed class FhirRequestException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>For the WWW-Authenticate header of a 401 or 403.</summary>
    public string? Challenge { get; init; }
}

/// <summary>The data cannot be loaded; the message names the file.</summary>
public sealed class DataException(string message, Exception? cause = null) : Exception(message, cause);
