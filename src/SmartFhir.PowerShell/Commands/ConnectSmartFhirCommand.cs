using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using SmartFhir.Authorization;
using SmartFhir.Authorization.Loopback;
using SmartFhir.ClientAuthentication;
using SmartFhir.Discovery;
using SmartFhir.Http;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.PowerShell.Sandbox;
using SmartFhir.PowerShell.SignIn;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Signs a person in to a SMART-on-FHIR server with the browser, and keeps the session for the other commands.</summary>
/// <remarks>
/// <para>Finds the server's endpoints, opens the browser at its sign-in page, waits for the answer at a loopback address, checks it, and
/// trades the authorization code for a token (SMART App Launch 2.2, standalone launch of a public client, with PKCE). The session is the
/// default one of this runspace from then on; its token is renewed without you where the server grants a refresh token.</para>
/// <para>Register the redirect address with the server first. Without -RedirectUri it is http://127.0.0.1:(a free port)/callback, for
/// servers that accept any port of a loopback address; most others want one fixed address, which you register and give with -RedirectUri.
/// -Verbose shows the address that is used.</para>
/// <para>The output is the session. It never shows a token.</para>
/// </remarks>
/// <example>
/// <code>Connect-SmartFhir -Sandbox</code>
/// <para>Starts the built-in sandbox with synthetic patients and signs in to it: the quickest way to try everything out.</para>
/// </example>
/// <example>
/// <code>Connect-SmartFhir -ClientId my-app -Aud https://ehr.example.org/fhir/R4 -RedirectUri http://127.0.0.1:8400/callback</code>
/// <para>Signs in with the browser, with a redirect address that is registered with a fixed port.</para>
/// </example>
/// <example>
/// <code>Connect-SmartFhir -ClientId my-app -Aud https://ehr.example.org/fhir/R4 -Scope 'openid fhirUser launch/patient patient/Observation.rs' -RedirectUri https://localhost:4567/</code>
/// <para>Asks for exactly these scopes, at a server that demands an https redirect address. The self-signed certificate for it is made on the spot and kept; the browser asks once to accept it.</para>
/// </example>
/// <example>
/// <code>Connect-SmartFhir -ClientId my-app -Aud https://ehr.example.org/fhir/R4 -NoBrowser</code>
/// <para>Over SSH: prints the address to open elsewhere, and takes the address that the browser ends at pasted back.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "SmartFhir", DefaultParameterSetName = StandaloneSet)]
[OutputType(typeof(SmartSession))]
public sealed class ConnectSmartFhirCommand : SmartCmdlet
{
    private const string StandaloneSet = "Standalone";
    private const string SandboxSet = "Sandbox";

    /// <summary>The FHIR base URL exactly as the server publishes it, for example https://ehr.example.org/fhir/R4. It is sent as aud to the letter.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = StandaloneSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Server", "BaseUrl", "Iss")]
    [ValidateNotNullOrEmpty]
    public string Aud { get; set; } = "";

    /// <summary>The client id that the server gave at registration. Spaces and line breaks around it are dropped; it is not decoded.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = StandaloneSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string ClientId { get; set; } = "";

    /// <summary>Starts the built-in sandbox and signs in to it: with the browser when there is one, otherwise by itself. It ends with the session or the shell.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>The scopes to ask for, sent as they are. Without it: openid fhirUser launch/patient patient/*.rs offline_access, in the syntax that the server announces.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Scope { get; set; }

    /// <summary>The name of the session. Without it: the host name of the server. A session of the same name is replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The redirect address exactly as it is registered: http or https, 127.0.0.1, [::1] or localhost, port and path. Without it: http://127.0.0.1:(a free port)/callback. With an address that is not on this machine, you paste the address that the browser ends at.</summary>
    [Parameter]
    public Uri? RedirectUri { get; set; }

    /// <summary>The server certificate, with its private key, for an https redirect address. Without it one is made for that host and kept for you.</summary>
    [Parameter]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Prints the address instead of opening a browser, and takes the address that the browser ends at pasted back, or at the redirect address, whichever comes first.</summary>
    [Parameter]
    public SwitchParameter NoBrowser { get; set; }

    /// <summary>How long to wait for the person, in seconds.</summary>
    /// <value>300</value>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>The prompt parameter of OpenID Connect: login, consent, select_account or none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Prompt { get; set; }

    /// <summary>A user name for the sign-in page to start with (login_hint).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LoginHint { get; set; }

    /// <summary>Further parameters for the authorization request, as a hashtable, for servers that want them: @{ 'ah-practice' = 'Organization/a-1.Practice-1' }.</summary>
    [Parameter]
    public IDictionary? AdditionalParameter { get; set; }

    /// <summary>Does not ask the server for its endpoints; give -AuthorizationEndpoint and -TokenEndpoint.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    public SwitchParameter SkipDiscovery { get; set; }

    /// <summary>The authorization endpoint, with -SkipDiscovery.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    public Uri? AuthorizationEndpoint { get; set; }

    /// <summary>The token endpoint, with -SkipDiscovery.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    public Uri? TokenEndpoint { get; set; }

    /// <summary>Accept plain http from a server that is not on this machine. For test servers only: tokens can be read on the way.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    public SwitchParameter AllowInsecureHttp { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (AllowInsecureHttp)
        {
            WriteWarning("-AllowInsecureHttp: tokens and health data may travel unencrypted. Never use it with real patients' data.");
        }

        bool interactive = HostInteraction.IsInteractive(Host);
        bool autoApprove = Sandbox && !NoBrowser && !HostInteraction.HasBrowser(Host);
        SmartSession? session = null;
        try
        {
            Run(async (writer, cancellationToken) => session = await ConnectAsync(writer, interactive, autoApprove, cancellationToken));
        }
        catch (SmartException exception)
        {
            Fail(exception, Aud);
        }

        if (SessionTable.Add(session!) is { } replaced)
        {
            WriteVerbose($"The session '{replaced.Name}' is replaced.");
            replaced.Dispose();
        }

        WriteObject(session);
    }

    private async Task<SmartSession> ConnectAsync(PipelineWriter writer, bool interactive, bool autoApprove, CancellationToken cancellationToken)
    {
        if (!Sandbox)
        {
            return await SignInAsync(writer, Aud, ClientId.Trim(), new BrowserLauncher(writer.Verbose), interactive, cancellationToken);
        }

        SandboxProcess sandbox = await SandboxProcess.StartAsync(new SandboxStart { AutoApprove = autoApprove }, writer.Verbose, cancellationToken);
        try
        {
            IBrowser browser = autoApprove ? new RedirectFollower(writer.Verbose) : new BrowserLauncher(writer.Verbose);
            SmartSession session = await SignInAsync(writer, sandbox.FhirBase, sandbox.ClientId, browser, interactive, cancellationToken);
            session.Owned = sandbox;
            return session;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    private async Task<SmartSession> SignInAsync(PipelineWriter writer, string aud, string clientId, IBrowser browser, bool interactive, CancellationToken cancellationToken)
    {
        HttpClient http = SmartHttp.CreateClient(new SmartHttpOptions());
        try
        {
            SmartConfiguration configuration = await ConfigureAsync(http, aud, writer, cancellationToken);
            AuthorizationRequest request = AuthorizationRequest.Create(configuration, new AuthorizationRequestOptions
            {
                ClientId = clientId,
                RedirectUri = LoopbackAddress.WithFreePort(RedirectUri ?? LoopbackAddress.ChooseDefault()),
                Scopes = Scope?.SelectMany(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToArray() ?? DefaultScopes.For(configuration),
                Prompt = Prompt,
                LoginHint = LoginHint,
                AdditionalParameters = [.. (AdditionalParameter ?? new Hashtable()).Cast<DictionaryEntry>()
                    .Select(entry => new KeyValuePair<string, string>(Text(entry.Key), Text(entry.Value)))],
            });
            writer.Verbose($"Scopes asked for: {string.Join(' ', request.Scopes)}");
            var presenter = new PipelinePresenter(writer, TimeSpan.FromSeconds(TimeoutSec));
            var interaction = new InteractiveAuthorization(
                browser, presenter, new LoopbackCertificate(LoopbackCertificate.DefaultFolder, TimeProvider.System), TimeProvider.System, writer.Verbose);
            var keys = new JsonWebKeySource(http, AllowInsecureHttp);
            var signIn = new SmartFhir.Sessions.SignIn(http, configuration, new PublicClient(clientId), keys, TimeProvider.System, writer.Warning) { AllowInsecureHttp = AllowInsecureHttp };
            try
            {
                return await interaction.RunAsync(
                    request,
                    new InteractiveOptions { NoBrowser = NoBrowser, Interactive = interactive, Timeout = TimeSpan.FromSeconds(TimeoutSec), Certificate = Certificate },
                    (response, token) => signIn.CompleteAsync(request, response, Name ?? new Uri(aud).Host, token),
                    cancellationToken);
            }
            finally
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    writer.Progress(PipelinePresenter.Completed());
                }
            }
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    private async Task<SmartConfiguration> ConfigureAsync(HttpClient http, string aud, PipelineWriter writer, CancellationToken cancellationToken)
    {
        var discovery = new SmartDiscovery(http, AllowInsecureHttp, writer.Verbose);
        if (!SkipDiscovery)
        {
            return AuthorizationEndpoint is null && TokenEndpoint is null
                ? await discovery.DiscoverAsync(aud, cancellationToken)
                : throw new SmartException(
                    SmartErrorCode.InvalidArgument, "-AuthorizationEndpoint and -TokenEndpoint are only used with -SkipDiscovery.", remedy: "Add -SkipDiscovery, or leave them out.");
        }

        return AuthorizationEndpoint is not null && TokenEndpoint is not null
            ? discovery.Manual(aud, AuthorizationEndpoint, TokenEndpoint)
            : throw new SmartException(
                SmartErrorCode.InvalidArgument,
                $"-SkipDiscovery needs {(AuthorizationEndpoint is null ? "-AuthorizationEndpoint" : "-TokenEndpoint")}.",
                remedy: "Give both endpoints from the server's documentation.");
    }

    private static string Text(object? value) => Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";
}
