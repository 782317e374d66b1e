using System.Globalization;
using System.Net;

namespace SmartFhir.Http;

/// <summary>How a <see cref="FhirHttpClient"/> behaves.</summary>
public sealed record FhirClientOptions
{
    /// <summary>The FHIR base URL.</summary>
    public required Uri FhirBase { get; init; }

    /// <summary>Further origins that may see the token (-AllowOrigin), for example <c>https://files.ehr.example</c>.</summary>
    public IReadOnlyList<Uri> AllowedOrigins { get; init; } = [];

    /// <summary>The time for one request, retries not counted.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The largest body that is read into memory.</summary>
    public long MaximumBodyBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Accept plain http beyond loopback.</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>Where time comes from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Called with one line a request for the verbose stream. Values of search parameters, which may name a patient, are left out.</summary>
    public Action<string> Log { get; init; } = _ => { };
}

/// <summary>
/// Sends requests to one FHIR API with the session's bearer token (SMART App Launch 2.2, "Access FHIR API"). The token goes to the FHIR
/// base's origin and to the origins that were allowed, nowhere else, and no redirect takes it along. A 401 renews the token and tries once more.
/// </summary>
public sealed class FhirHttpClient
{
    private const int MaximumRedirects = 5;

    private readonly HttpClient _http;
    private readonly IAccessTokenSource _tokens;
    private readonly FhirClientOptions _options;

    /// <summary>Creates a client.</summary>
    /// <param name="http">Sends the requests; follows no redirects.</param>
    /// <param name="tokens">Gives the token.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.InsecureHttp"/>: an allowed origin would receive the token over plain http.</exception>
    public FhirHttpClient(HttpClient http, IAccessTokenSource tokens, FhirClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _http = http;
        _tokens = tokens;
        _options = options;
        // The base was held to https when its session was made (FhirBaseUrl), by the choice that the user made then.
        foreach (Uri origin in options.AllowedOrigins)
        {
            UrlPolicy.RequireSecure(origin, options.AllowInsecureHttp, "-AllowOrigin");
        }

        FhirBase = options.FhirBase.AbsolutePath.EndsWith('/') ? options.FhirBase : new Uri(options.FhirBase.AbsoluteUri + "/");
    }

    /// <summary>The FHIR base, with a trailing slash.</summary>
    public Uri FhirBase { get; }

    /// <summary>The URL of <paramref name="request"/>, held to the allowed origins.</summary>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.ForeignOrigin"/> or <see cref="SmartErrorCode.InvalidArgument"/>.</exception>
    public Uri Resolve(FhirRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Uri uri = request.BuildUri(FhirBase);
        return IsAllowed(uri) ? uri : throw new SmartException(
            SmartErrorCode.ForeignOrigin,
            $"{uri.GetLeftPart(UriPartial.Path)} is on another server than the session's FHIR base {FhirBase}. The token was not sent there.",
            uri,
            "If the two belong together and you trust the other one, allow it with -AllowOrigin; otherwise connect to it on its own.");
    }

    /// <summary>Sends the request and reads the answer, whatever its status.</summary>
    /// <exception cref="SmartException">The URL is not allowed, the connection fails, or the token cannot be renewed.</exception>
    public async Task<FhirResponse> SendRawAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        Uri uri = Resolve(request);
        if (request.Headers.Any(header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)))
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument, "The header Authorization is the session's to set.", uri, "Leave it out of -Headers; for a token of your own, connect with it.");
        }

        AccessToken? token = await _tokens.GetAccessTokenAsync(null, cancellationToken);
        FhirResponse response = await FollowAsync(request, uri, token, cancellationToken);
        // Another server, reached by a redirect, never saw the token: its 401 says nothing about it.
        if (response.StatusCode != HttpStatusCode.Unauthorized || token is null || !IsAllowed(response.RequestUri))
        {
            return response;
        }

        AccessToken? renewed;
        try
        {
            renewed = await _tokens.GetAccessTokenAsync(token.Value, cancellationToken);
        }
        catch (SmartException exception) when (exception.Code == SmartErrorCode.TokenExpired)
        {
            _options.Log("The server refused the token, and it cannot be renewed.");
            return response;
        }

        if (renewed is null || renewed.Value == token.Value)
        {
            return response;
        }

        _options.Log("The server refused the token; it was renewed, and the request is sent once more.");
        return await FollowAsync(request, uri, renewed, cancellationToken);
    }

    /// <summary>Sends the request; an answer that is not a success is an error.</summary>
    /// <exception cref="FhirException">The server refused.</exception>
    /// <exception cref="SmartException">As <see cref="SendRawAsync"/>.</exception>
    public async Task<FhirResponse> SendAsync(FhirRequest request, CancellationToken cancellationToken)
    {
        FhirResponse response = await SendRawAsync(request, cancellationToken);
        return (int)response.StatusCode is >= 200 and < 300 or 304 ? response : throw FhirException.From(response);
    }

    /// <summary>True for the FHIR base's origin and those that were allowed.</summary>
    public bool IsAllowed(Uri uri) => UrlPolicy.SameOrigin(uri, FhirBase) || _options.AllowedOrigins.Any(origin => UrlPolicy.SameOrigin(uri, origin));

    private async Task<FhirResponse> FollowAsync(FhirRequest request, Uri uri, AccessToken? token, CancellationToken cancellationToken)
    {
        for (int redirects = 0; ; redirects++)
        {
            // The caller's headers can hold keys as well: they stay with the token.
            bool allowed = IsAllowed(uri);
            FhirResponse response = await SendOnceAsync(allowed ? request : request with { Headers = [] }, uri, allowed ? token : null, cancellationToken);
            bool redirected = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && request.Method == HttpMethod.Get;
            if (!redirected || redirects == MaximumRedirects || !Uri.TryCreate(uri, response.Header("Location"), out Uri? next))
            {
                return response;
            }

            if (!IsAllowed(next) && !UrlPolicy.IsSecure(next, _options.AllowInsecureHttp))
            {
                throw new SmartException(SmartErrorCode.ForeignOrigin, $"{uri.GetLeftPart(UriPartial.Path)} redirects to {next.GetLeftPart(UriPartial.Path)}, which is not https.", uri);
            }

            _options.Log($"Redirected to {next.GetLeftPart(UriPartial.Path)}{(IsAllowed(next) ? "" : " (another server: without the token)")}.");
            uri = next;
        }
    }

    private async Task<FhirResponse> SendOnceAsync(FhirRequest request, Uri uri, AccessToken? token, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = CreateMessage(request, uri, token);
        using var timer = new CancellationTokenSource(_options.Timeout, _options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        long start = _options.TimeProvider.GetTimestamp();
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            ReadOnlyMemory<byte> body = await BodyReader.ReadAsync(answer.Content, uri, _options.MaximumBodyBytes, limit.Token);
            var response = new FhirResponse
            {
                RequestUri = uri,
                StatusCode = answer.StatusCode,
                ReasonPhrase = answer.ReasonPhrase,
                Headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
                    .ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase),
                Body = IsJson(answer.Content) ? JsonText.ToUtf8(body) : body,
                Elapsed = _options.TimeProvider.GetElapsedTime(start),
            };
            _options.Log(string.Create(
                CultureInfo.InvariantCulture,
                $"{message.Method} {WithoutValues(uri)} - {(int)response.StatusCode}, {response.Elapsed.TotalMilliseconds:0} ms, {body.Length} bytes{(response.RequestId is { } id ? $", request id {id}" : "")}"));
            return response;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TransportErrors.Translate(exception, uri);
        }
    }

    /// <summary>Only JSON may lose a byte-order mark; a file of a Binary stays as it is, byte for byte.</summary>
    private static bool IsJson(HttpContent content) => content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;

    private static HttpRequestMessage CreateMessage(FhirRequest request, Uri uri, AccessToken? token)
    {
        var message = new HttpRequestMessage(request.Method, uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        message.Options.Set(ProtocolLimitsHandler.Exempt, true);
        message.Headers.TryAddWithoutValidation("Accept", "application/fhir+json, application/json;q=0.9");
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.BodyType);
        }

        foreach ((string name, string value) in request.Headers)
        {
            message.Headers.Remove(name);
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.Remove(name);
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (token is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", $"{token.Type} {token.Value}");
        }

        return message;
    }

    /// <summary>Path and parameter names: the values may hold a name, a birth date, an identifier.</summary>
    private static string WithoutValues(Uri uri)
    {
        if (uri.Query.Length <= 1)
        {
            return uri.GetLeftPart(UriPartial.Path);
        }

        IEnumerable<string> names = uri.Query[1..].Split('&').Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair[..(pair.IndexOf('=', StringComparison.Ordinal) + 1)] + "…" : pair);
        return $"{uri.GetLeftPart(UriPartial.Path)}?{string.Join('&', names)}";
    }
}
