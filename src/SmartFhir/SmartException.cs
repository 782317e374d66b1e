namespace SmartFhir;

/// <summary>
/// A failure that a user can understand: <see cref="Exception.Message"/> says what was wrong and where,
/// <see cref="Remedy"/> what to do about it. Neither ever holds a token, a code, a verifier or a secret.
/// </summary>
public class SmartException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">The stable name of the failure.</param>
    /// <param name="message">What was wrong, and where.</param>
    /// <param name="requestUri">The request that failed, without secrets in its query.</param>
    /// <param name="remedy">What the user can do about it.</param>
    /// <param name="innerException">The cause.</param>
    public SmartException(SmartErrorCode code, string message, Uri? requestUri = null, string? remedy = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        RequestUri = requestUri;
        Remedy = remedy;
    }

    /// <summary>The stable name of the failure.</summary>
    public SmartErrorCode Code { get; }

    /// <summary>The request that failed; null when the failure came before any request.</summary>
    public Uri? RequestUri { get; }

    /// <summary>What the user can do about it; null when the message says it all.</summary>
    public string? Remedy { get; }
}
