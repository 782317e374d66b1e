using System.Collections;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;

namespace SmartFhir.PowerShell.Commands;

/// <content>Its parameters.</content>
public sealed partial class ConnectSmartFhirCommand
{
    private const string StandaloneSet = "Standalone";
    private const string EhrLaunchSet = "EhrLaunch";
    private const string AccessTokenSet = "AccessToken";
    private const string AnonymousSet = "Anonymous";
    private const string SandboxSet = "Sandbox";

    /// <summary>The FHIR base URL exactly as the server publishes it, for example https://ehr.example.org/fhir/R4. It is sent as aud to the letter. With -EhrLaunch: every server that may launch.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = StandaloneSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = EhrLaunchSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AccessTokenSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AnonymousSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Server", "BaseUrl", "Iss")]
    [ValidateNotNullOrEmpty]
    public string[] Aud { get; set; } = [];

    /// <summary>The client id that the server gave at registration. Spaces and line breaks around it are dropped; it is not decoded.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = StandaloneSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = EhrLaunchSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string ClientId { get; set; } = "";

    /// <summary>Waits until an EHR on this machine launches the app: its browser arrives at -LaunchUri, and the sign-in goes on in it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EhrLaunchSet)]
    public SwitchParameter EhrLaunch { get; set; }

    /// <summary>The launch URL exactly as it is registered with the EHR, an address of this machine. Without it: http://127.0.0.1:(a free port)/launch.</summary>
    [Parameter(ParameterSetName = EhrLaunchSet)]
    public Uri? LaunchUri { get; set; }

    /// <summary>A launch value that an EHR has given you already, with its iss as -Aud: the sign-in then takes place in that EHR's context.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    [ValidateNotNullOrEmpty]
    public string? Launch { get; set; }

    /// <summary>A token that you have from elsewhere. It is used as it is; nothing renews it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AccessTokenSet)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>Uses an open server without any token.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AnonymousSet)]
    public SwitchParameter Anonymous { get; set; }

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
    [Parameter(ParameterSetName = EhrLaunchSet)]
    public SwitchParameter SkipDiscovery { get; set; }

    /// <summary>The authorization endpoint, with -SkipDiscovery.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    [Parameter(ParameterSetName = EhrLaunchSet)]
    public Uri? AuthorizationEndpoint { get; set; }

    /// <summary>The token endpoint, with -SkipDiscovery.</summary>
    [Parameter(ParameterSetName = StandaloneSet)]
    [Parameter(ParameterSetName = EhrLaunchSet)]
    public Uri? TokenEndpoint { get; set; }

    /// <summary>Accept plain http from a server that is not on this machine. For test servers only: tokens can be read on the way.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureHttp { get; set; }
}
