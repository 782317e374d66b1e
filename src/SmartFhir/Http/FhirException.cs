using System.Globalization;
using System.Net;

namespace SmartFhir.Http;

/// <summary>The FHIR API refused a request.</summary>
public sealed class FhirException : SmartException
{
    private const int ShownIssues = 10;

    private FhirException(SmartErrorCode code, string message, string? remedy, FhirResponse response, IReadOnlyList<OperationOutcomeIssue> issues)
        : base(code, message, response.RequestUri, remedy)
    {
        Response = response;
        Issues = issues;
        RetryAfter = Http.RetryAfter.Read(response);
    }

    /// <summary>The answer.</summary>
    public FhirResponse Response { get; }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode => Response.StatusCode;

    /// <summary>The issues of the OperationOutcome that came; empty when none came.</summary>
    public IReadOnlyList<OperationOutcomeIssue> Issues { get; }

    /// <summary>How long the server asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The failure that <paramref name="response"/> stands for.</summary>
    public static FhirException From(FhirResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        IReadOnlyList<OperationOutcomeIssue> issues = OperationOutcomeIssue.Read(response.Body);
        int status = (int)response.StatusCode;
        BearerChallenge challenge = BearerChallenge.Read(response);
        string reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {status} {Reason(response)}").TrimEnd();
        string said = issues.Count > 0 ? Join(issues) : BodyText.Read(response);
        if (said.Length == 0)
        {
            said = challenge.Description ?? "";
        }

        string id = response.RequestId is { } requestId ? $" [request id {Printable.Clip(requestId, 100)}]" : "";
        return new FhirException(CodeOf(status), $"{reason}{(said.Length > 0 ? $": {said}" : "")}{id}", RemedyFor(status, challenge, response), response, issues);
    }

    private static string Reason(FhirResponse response) =>
        response.ReasonPhrase is { Length: > 0 } phrase ? Printable.Clip(phrase, 60) : Enum.IsDefined(response.StatusCode) ? response.StatusCode.ToString() : "";

    private static string Join(IReadOnlyList<OperationOutcomeIssue> issues)
    {
        string shown = string.Join("; ", issues.Take(ShownIssues).Select(issue => issue.ToString()));
        return issues.Count > ShownIssues ? $"{shown}; and {issues.Count - ShownIssues} more" : shown;
    }

    private static SmartErrorCode CodeOf(int status) => status switch
    {
        400 => SmartErrorCode.FhirBadRequest,
        401 => SmartErrorCode.FhirUnauthorized,
        403 => SmartErrorCode.FhirForbidden,
        404 => SmartErrorCode.FhirNotFound,
        405 or 501 => SmartErrorCode.FhirNotSupported,
        406 or 415 => SmartErrorCode.FhirNotAcceptable,
        409 => SmartErrorCode.FhirConflict,
        410 => SmartErrorCode.FhirGone,
        412 => SmartErrorCode.FhirPreconditionFailed,
        422 => SmartErrorCode.FhirUnprocessable,
        429 => SmartErrorCode.FhirThrottled,
        >= 500 => SmartErrorCode.FhirServerError,
        _ => SmartErrorCode.FhirError,
    };

    private static string? RemedyFor(int status, BearerChallenge challenge, FhirResponse response) => status switch
    {
        401 => "The server does not accept the token, even a fresh one. Check that the session belongs to this server (Get-SmartSession), or sign in again.",
        403 when challenge.Scope is { } scope => $"The token lacks the scope '{scope}'. Sign in again and ask for it with -Scope.",
        403 => "The token, or the person who signed in, may not do this. Compare Get-SmartSession's Scope with what the request needs.",
        404 => "Check the resource type and the id.",
        410 => "The resource was deleted. Its history may still be readable: <type>/<id>/_history.",
        429 or 503 when Http.RetryAfter.Read(response) is { } wait => $"The server asks to wait {Math.Ceiling(wait.TotalSeconds)} seconds before the next try.",
        429 => "Too many requests: wait, and ask in fewer or larger pages (_count).",
        _ => null,
    };
}
