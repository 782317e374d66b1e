using System.Collections;
using System.Globalization;
using System.Management.Automation;
using SmartFhir.Authorization;
using SmartFhir.Authorization.Loopback;
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
/// <para>With -EhrLaunch the EHR starts it: the module waits at the launch URL, takes a launch only from a server that -Aud names, and goes
/// on in the browser that brought it. -AccessToken takes a token that you have from elsewhere, and -Anonymous none at all.</para>
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
/// <example>
/// <code>Connect-SmartFhir -EhrLaunch -ClientId my-app -Aud https://ehr.example.org/fhir/R4 -LaunchUri http://127.0.0.1:8400/launch</code>
/// <para>Waits for the EHR to launch the app in a patient's chart; register http://127.0.0.1:8400/launch and http://127.0.0.1:8400/callback.</para>
/// </example>
/// <example>
/// <code>Connect-SmartFhir -Aud https://ehr.example.org/fhir/R4 -AccessToken (Read-Host 'Token' -AsSecureString)</code>
/// <para>Uses a token that another program has fetched.</para>
/// </example>
/// <example>
/// <code>Connect-SmartFhir -Aud https://hapi.example.org/fhir -Anonymous</code>
/// <para>Uses an open test server.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "SmartFhir", DefaultParameterSetName = StandaloneSet)]
[OutputType(typeof(SmartSession))]
public sealed partial class ConnectSmartFhirCommand : SmartCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (AllowInsecureHttp)
        {
            WriteWarning("-AllowInsecureHttp: tokens and health data may travel unencrypted. Never use it with real patients' data.");
        }

        bool autoApprove = Sandbox && !NoBrowser && !HostInteraction.HasBrowser(Host);
        ConnectOptions options = Options();
        SmartSession? session = null;
        try
        {
            Run(async (writer, cancellationToken) => session = await (Sandbox
                ? ConnectToSandboxAsync(options, writer, autoApprove, cancellationToken)
                : ConnectAsync(options, writer, new BrowserLauncher(writer.Verbose), cancellationToken)));
        }
        catch (SmartException exception)
        {
            Fail(exception, Aud.FirstOrDefault());
        }

        if (SessionTable.Add(session!) is { } replaced)
        {
            WriteVerbose($"The session '{replaced.Name}' is replaced.");
            replaced.Dispose();
        }

        WriteObject(session);
    }

    private ConnectOptions Options() => new()
    {
        Grant = ParameterSetName switch
        {
            EhrLaunchSet => SmartGrant.EhrLaunch,
            AccessTokenSet => SmartGrant.AccessToken,
            AnonymousSet => SmartGrant.Anonymous,
            _ => SmartGrant.Standalone,
        },
        Aud = Aud,
        ClientId = ClientId.Trim(),
        Scopes = Scope?.SelectMany(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToArray(),
        Name = Name,
        RedirectUri = RedirectUri,
        LaunchUri = LaunchUri,
        Launch = Launch,
        Certificate = Certificate,
        AccessToken = AccessToken,
        NoBrowser = NoBrowser,
        Interactive = HostInteraction.IsInteractive(Host),
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
        Prompt = Prompt,
        LoginHint = LoginHint,
        AdditionalParameters = [.. (AdditionalParameter ?? new Hashtable()).Cast<DictionaryEntry>().Select(entry => new KeyValuePair<string, string>(Text(entry.Key), Text(entry.Value)))],
        SkipDiscovery = SkipDiscovery,
        AuthorizationEndpoint = AuthorizationEndpoint,
        TokenEndpoint = TokenEndpoint,
        AllowInsecureHttp = AllowInsecureHttp,
    };

    private static async Task<SmartSession> ConnectAsync(ConnectOptions options, PipelineWriter writer, IBrowser browser, CancellationToken cancellationToken)
    {
        var surroundings = new ConnectSurroundings
        {
            Browser = browser,
            Presenter = new PipelinePresenter(writer, options.Timeout),
            Certificates = new LoopbackCertificate(LoopbackCertificate.DefaultFolder, TimeProvider.System),
            Warn = writer.Warning,
            Log = writer.Verbose,
        };
        try
        {
            return await new Connector(options, surroundings).ConnectAsync(cancellationToken);
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                writer.Progress(PipelinePresenter.Completed());
            }
        }
    }

    private static async Task<SmartSession> ConnectToSandboxAsync(ConnectOptions options, PipelineWriter writer, bool autoApprove, CancellationToken cancellationToken)
    {
        SandboxProcess sandbox = await SandboxProcess.StartAsync(new SandboxStart { AutoApprove = autoApprove }, writer.Verbose, cancellationToken);
        try
        {
            IBrowser browser = autoApprove ? new RedirectFollower(writer.Verbose) : new BrowserLauncher(writer.Verbose);
            SmartSession session = await ConnectAsync(options with { Aud = [sandbox.FhirBase], ClientId = sandbox.ClientId }, writer, browser, cancellationToken);
            session.Owned = sandbox;
            return session;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    private static string Text(object? value) => Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";
}
