using System.Management.Automation;

namespace SmartFhir.PowerShell.Pipeline;

/// <summary>The one place where failures become ErrorRecords: a stable id, a real category, the request as the target, and what to do about it.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(SmartException exception, object? target = null) =>
        new(exception, exception.Code.ToString(), CategoryOf(exception.Code), exception.RequestUri ?? target)
        {
            // In the message, not as RecommendedAction: PowerShell's own error view leaves that out.
            ErrorDetails = new ErrorDetails(exception.Remedy is null ? exception.Message : $"{exception.Message}{Environment.NewLine}{exception.Remedy}"),
        };

    public static ErrorRecord InvalidJson(FormatException exception, object? target) => new(exception, "InvalidJson", ErrorCategory.ParserError, target);

    public static ErrorRecord NotSerializable(ArgumentException exception, object? target) => new(exception, "NotSerializable", ErrorCategory.InvalidData, target);

    private static ErrorCategory CategoryOf(SmartErrorCode code) => code switch
    {
        SmartErrorCode.InvalidArgument or SmartErrorCode.KeyUnusable => ErrorCategory.InvalidArgument,
        SmartErrorCode.HostNotFound or SmartErrorCode.DiscoveryNotFound or SmartErrorCode.FhirNotFound or SmartErrorCode.FhirGone => ErrorCategory.ObjectNotFound,
        SmartErrorCode.ConnectionRefused or SmartErrorCode.ConnectionFailed or SmartErrorCode.DiscoveryFailed or SmartErrorCode.FhirServerError => ErrorCategory.ConnectionError,
        SmartErrorCode.TlsFailure or SmartErrorCode.InsecureHttp or SmartErrorCode.EndpointNotHttps or SmartErrorCode.ForeignOrigin
            or SmartErrorCode.AuthorizationResponseInvalid or SmartErrorCode.IdTokenInvalid or SmartErrorCode.PkceMismatch => ErrorCategory.SecurityError,
        SmartErrorCode.Timeout or SmartErrorCode.SignInTimeout => ErrorCategory.OperationTimeout,
        SmartErrorCode.AccessDenied or SmartErrorCode.FhirForbidden => ErrorCategory.PermissionDenied,
        SmartErrorCode.NotConnected or SmartErrorCode.TokenExpired or SmartErrorCode.FhirUnauthorized or SmartErrorCode.ClientInvalid
            or SmartErrorCode.ClientUnauthorized or SmartErrorCode.GrantInvalid => ErrorCategory.AuthenticationError,
        SmartErrorCode.FhirThrottled => ErrorCategory.LimitsExceeded,
        SmartErrorCode.FhirConflict or SmartErrorCode.FhirPreconditionFailed => ErrorCategory.ResourceExists,
        SmartErrorCode.FhirBadRequest or SmartErrorCode.FhirUnprocessable or SmartErrorCode.FhirNotAcceptable or SmartErrorCode.DiscoveryNotJson
            or SmartErrorCode.ResponseNotJson or SmartErrorCode.ResponseTooLarge or SmartErrorCode.EndpointMissing or SmartErrorCode.TokenResponseInvalid
            or SmartErrorCode.PagingLoop => ErrorCategory.InvalidData,
        SmartErrorCode.FhirNotSupported => ErrorCategory.NotImplemented,
        SmartErrorCode.ListenerFailed or SmartErrorCode.BrowserFailed or SmartErrorCode.SandboxFailed => ErrorCategory.ResourceUnavailable,
        SmartErrorCode.SandboxRuntimeMissing => ErrorCategory.NotInstalled,
        _ => ErrorCategory.InvalidResult,
    };
}
