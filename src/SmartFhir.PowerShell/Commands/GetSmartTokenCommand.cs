using System.Collections;
using System.Management.Automation;
using SmartFhir.PowerShell.Pipeline;
using SmartFhir.Sessions;

namespace SmartFhir.PowerShell.Commands;

/// <summary>Gives the access token of a session to other tools.</summary>
/// <remarks>
/// <para>A token that has expired, or ends within a minute, is renewed first where the session has a refresh token; otherwise an error
/// says to sign in again. The token is a SecureString unless -AsPlainText or -AsHeader is given. With either, take care where it goes:
/// whoever has it can read what you can read.</para>
/// </remarks>
/// <example>
/// <code>Get-SmartToken</code>
/// <para>The token as a SecureString, with its expiry, scopes and launch context.</para>
/// </example>
/// <example>
/// <code>$headers = Get-SmartToken -AsHeader; Invoke-RestMethod "$base/Patient/123" -Headers $headers</code>
/// <para>Uses the token with Invoke-RestMethod. (Invoke-SmartFhirRequest does it by itself, and keeps dates and decimals as they are.)</para>
/// </example>
/// <example>
/// <code>$secure = (Get-SmartToken -Session epic).AccessToken; Invoke-RestMethod $url -Authentication Bearer -Token $secure</code>
/// <para>Uses the token of the session 'epic' without ever having it in plain text.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "SmartToken", DefaultParameterSetName = SecureSet)]
[OutputType(typeof(SmartToken), ParameterSetName = [SecureSet, PlainSet])]
[OutputType(typeof(Hashtable), ParameterSetName = [HeaderSet])]
public sealed class GetSmartTokenCommand : SessionCmdlet
{
    private const string SecureSet = "SecureString";
    private const string PlainSet = "PlainText";
    private const string HeaderSet = "Header";

    /// <summary>AccessToken is a plain string.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PlainSet)]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>A hashtable with the Authorization header, for Invoke-RestMethod -Headers. It holds the token in plain text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = HeaderSet)]
    public SwitchParameter AsHeader { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SmartSession session = RequireSession();
        try
        {
            Run(async (writer, cancellationToken) =>
            {
                TokenSet token = await session.GetTokenAsync(null, cancellationToken);
                if (token.IsNone)
                {
                    throw new SmartException(SmartErrorCode.InvalidArgument, $"The session '{session.Name}' is anonymous: it has no token.", remedy: "Requests to its server need none.");
                }

                writer.Object(AsHeader ? new Hashtable { ["Authorization"] = $"{token.TokenType} {token.AccessToken}" } : Describe(session, token));
            });
        }
        catch (SmartException exception)
        {
            Fail(exception, session);
        }
    }

    private SmartToken Describe(SmartSession session, TokenSet token) => new()
    {
        Aud = session.Aud,
        AccessToken = AsPlainText ? token.AccessToken : SmartToken.Protect(token.AccessToken),
        TokenType = token.TokenType,
        ExpiresOn = token.ExpiresOn,
        Scope = token.Scope,
        Patient = token.Context.Patient,
        Encounter = token.Context.Encounter,
        FhirUser = session.FhirUser,
        IdTokenClaims = token.IdTokenClaims,
    };
}
