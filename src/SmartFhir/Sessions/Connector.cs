using SmartFhir.Authorization;
using SmartFhir.Authorization.Launch;
using SmartFhir.Authorization.Loopback;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;

namespace SmartFhir.Sessions;

/// <summary>What a connection needs of its surroundings.</summary>
public sealed record ConnectSurroundings
{
    /// <summary>Opens the browser.</summary>
    public required IBrowser Browser { get; init; }

    /// <summary>Talks to the person.</summary>
    public required ISignInPresenter Presenter { get; init; }

    /// <summary>Keeps the certificates of https loopback addresses.</summary>
    public required LoopbackCertificate Certificates { get; init; }

    /// <summary>Called with what the person should know although it worked.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>Called with lines for the verbose stream.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Makes a session: discovery, then the steps of the grant.</summary>
/// <param name="options">What the caller says.</param>
/// <param name="surroundings">The browser, the person, the log.</param>
public sealed class Connector(ConnectOptions options, ConnectSurroundings surroundings)
{
    /// <summary>Connects.</summary>
    /// <exception cref="SmartException">Any step that fails; nothing is left open.</exception>
    public async Task<SmartSession> ConnectAsync(CancellationToken cancellationToken)
    {
        if (options.Grant == SmartGrant.EhrLaunch)
        {
            return await WaitForLaunchAsync(cancellationToken);
        }

        if (options.Aud.Count != 1)
        {
            throw new SmartException(
                SmartErrorCode.InvalidArgument,
                options.Aud.Count == 0 ? "-Aud is missing." : "-Aud names several servers, which only an EHR launch can choose from.",
                remedy: "Give -Aud the FHIR base URL of one server, for example https://ehr.example.org/fhir/R4.");
        }

        return await ConnectAsync(options.Aud[0], options.Launch, surroundings.Browser, null, cancellationToken);
    }

    private Task<SmartSession> WaitForLaunchAsync(CancellationToken cancellationToken)
    {
        Uri launchUri = LoopbackAddress.WithFreePort(options.LaunchUri ?? new Uri("http://127.0.0.1:0/launch"));
        return new EhrLaunch(surroundings.Presenter, surroundings.Certificates, surroundings.Time, surroundings.Log).RunAsync(
            launchUri,
            options.Aud,
            options.Certificate,
            options.Timeout,
            (launch, listener, token) => ConnectAsync(launch.Iss, launch.Launch, listener, listener, token),
            cancellationToken);
    }

    private async Task<SmartSession> ConnectAsync(string aud, string? launch, IBrowser browser, LaunchListener? listener, CancellationToken cancellationToken)
    {
        HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        try
        {
            return options.Grant switch
            {
                SmartGrant.AccessToken or SmartGrant.Anonymous => WithoutSignIn(http, aud),
                _ => await SignInAsync(http, await DiscoverAsync(http, aud, cancellationToken), launch, browser, listener, cancellationToken),
            };
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    private SmartSession WithoutSignIn(HttpClient http, string aud)
    {
        SmartConfiguration configuration = new SmartDiscovery(http, options.AllowInsecureHttp, surroundings.Log).WithoutEndpoints(aud);
        TokenSet token = options.Grant == SmartGrant.Anonymous
            ? TokenSet.None
            : TokenSet.None with { AccessToken = Secret.Reveal(options.AccessToken!), TokenType = "Bearer" };
        return new SmartSession(configuration, options.ClientId, NameFor(aud), [], token, new NoRenewal(), http, surroundings.Time)
        {
            AllowInsecureHttp = options.AllowInsecureHttp,
            SignInAgain = $"Connect-SmartFhir -Aud '{aud}' -AccessToken <a new token> -Name '{NameFor(aud)}'",
        };
    }

    private async Task<SmartSession> SignInAsync(
        HttpClient http, SmartConfiguration configuration, string? launch, IBrowser browser, LaunchListener? listener, CancellationToken cancellationToken)
    {
        AuthorizationRequest request = AuthorizationRequest.Create(configuration, new AuthorizationRequestOptions
        {
            ClientId = options.ClientId,
            RedirectUri = LoopbackAddress.WithFreePort(options.RedirectUri ?? DefaultRedirect(listener)),
            Scopes = options.Scopes ?? DefaultScopes.For(configuration, launch is not null),
            Launch = launch,
            Prompt = options.Prompt,
            LoginHint = options.LoginHint,
            AdditionalParameters = options.AdditionalParameters,
        });
        surroundings.Log($"Scopes asked for: {string.Join(' ', request.Scopes)}");
        var interaction = new InteractiveAuthorization(browser, surroundings.Presenter, surroundings.Certificates, surroundings.Time, surroundings.Log);
        var keys = new JsonWebKeySource(http, options.AllowInsecureHttp);
        var signIn = new SignIn(http, configuration, new PublicClient(options.ClientId), keys, surroundings.Time, surroundings.Warn) { AllowInsecureHttp = options.AllowInsecureHttp };
        return await interaction.RunAsync(
            request,
            new InteractiveOptions
            {
                NoBrowser = options.NoBrowser && listener is null,
                Interactive = options.Interactive,
                Timeout = options.Timeout,
                Certificate = options.Certificate,
                Launch = listener,
            },
            (response, token) => signIn.CompleteAsync(request, response, NameFor(configuration.Aud), token),
            cancellationToken);
    }

    private async Task<SmartConfiguration> DiscoverAsync(HttpClient http, string aud, CancellationToken cancellationToken)
    {
        var discovery = new SmartDiscovery(http, options.AllowInsecureHttp, surroundings.Log);
        if (!options.SkipDiscovery)
        {
            return options.AuthorizationEndpoint is null && options.TokenEndpoint is null
                ? await discovery.DiscoverAsync(aud, cancellationToken)
                : throw new SmartException(
                    SmartErrorCode.InvalidArgument, "-AuthorizationEndpoint and -TokenEndpoint are only used with -SkipDiscovery.", remedy: "Add -SkipDiscovery, or leave them out.");
        }

        bool needsBrowser = options.Grant is SmartGrant.Standalone or SmartGrant.EhrLaunch;
        return options.TokenEndpoint is not null && (options.AuthorizationEndpoint is not null || !needsBrowser)
            ? discovery.Manual(aud, options.AuthorizationEndpoint, options.TokenEndpoint)
            : throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"-SkipDiscovery needs {(options.AuthorizationEndpoint is null && needsBrowser ? "-AuthorizationEndpoint" : "-TokenEndpoint")}.",
                remedy: "Give the endpoints from the server's documentation.");
    }

    /// <summary>Beside the launch URL where there is one: most registrations then have both on one port.</summary>
    private static Uri DefaultRedirect(LaunchListener? listener) =>
        listener is null ? LoopbackAddress.ChooseDefault() : new Uri(((ILoopbackEndpoint)listener).Address, LoopbackAddress.DefaultPath);

    private string NameFor(string aud) => options.Name ?? new Uri(aud).Host;
}
