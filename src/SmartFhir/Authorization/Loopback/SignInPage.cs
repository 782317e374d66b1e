using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace SmartFhir.Authorization.Loopback;

/// <summary>The tone of a <see cref="SignInPage"/>.</summary>
public enum SignInOutcome
{
    /// <summary>Neither good nor bad news.</summary>
    Neutral,

    /// <summary>The person is signed in.</summary>
    Success,

    /// <summary>The sign-in failed.</summary>
    Failure,
}

/// <summary>
/// What the person sees in the browser at the end: what happened, and that the window may be closed. Every text is encoded; the only
/// resource is a style sheet in the page, allowed by its hash; light and dark follow the browser.
/// </summary>
/// <param name="Outcome">The tone.</param>
/// <param name="Title">One short sentence.</param>
/// <param name="Text">What it means for the person.</param>
/// <param name="Detail">The server's own words, or null.</param>
public sealed record SignInPage(SignInOutcome Outcome, string Title, string Text, string? Detail = null)
{
    private const string Style =
        ":root{color-scheme:light dark;--ground:#f4f6f8;--card:#fff;--ink:#16202a;--soft:#55636f;--line:#dde3e9;--mark:#5a6b7a}"
        + "@media(prefers-color-scheme:dark){:root{--ground:#0f151b;--card:#18212a;--ink:#eef2f5;--soft:#a3b1bd;--line:#2a3641;--mark:#8fa1b0}}"
        + "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);"
        + "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}"
        + "main{width:100%;max-width:30rem;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:36px 32px 28px}"
        + ".sign{width:48px;height:48px;border-radius:50%;display:grid;place-items:center;font-size:26px;line-height:1;color:#fff;background:var(--mark)}"
        + ".success .sign{background:#1a7f4b}.failure .sign{background:#c0362c}"
        + "h1{font-size:1.45rem;line-height:1.25;margin:18px 0 8px;font-weight:650}p{margin:0 0 12px;color:var(--soft)}"
        + ".detail{border-left:3px solid var(--line);padding:2px 0 2px 14px;overflow-wrap:anywhere}"
        + "footer{margin-top:24px;padding-top:16px;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}"
        + "button{font:inherit;padding:10px 18px;border-radius:8px;border:0;background:#1a5fb4;color:#fff;cursor:pointer}";

    /// <summary>The Content-Security-Policy source for the style sheet.</summary>
    internal static readonly string StyleHash = HashOf(Style);

    /// <summary>For a path that is not the redirect URI.</summary>
    internal static readonly SignInPage NotThisPage = new(
        SignInOutcome.Neutral, "Nothing here", "This address only waits for the end of a sign-in. You can close this window.");

    /// <summary>For the redirect URI without an answer.</summary>
    internal static readonly SignInPage NotAnAnswer = new(
        SignInOutcome.Neutral, "No answer in this address", "The sign-in goes on in the window where it started. If that one is gone, start it again in the terminal.");

    /// <summary>For an answer of another sign-in.</summary>
    internal static readonly SignInPage WrongSignIn = new(
        SignInOutcome.Failure, "This is not the sign-in that is waiting", "The answer belongs to an earlier or another sign-in and was not used. Go back to the newest window, or start again in the terminal.");

    /// <summary>For a second answer.</summary>
    internal static readonly SignInPage AlreadyAnswered = new(
        SignInOutcome.Neutral, "Already used", "This sign-in has been answered already. You can close this window.");

    /// <summary>For the launch URL without a launch.</summary>
    internal static readonly SignInPage NotALaunch = new(
        SignInOutcome.Neutral, "Waiting for a launch", "Launch the app from the EHR: its request holds iss and launch, and this one does not.");

    /// <summary>For a launch by another server.</summary>
    internal static readonly SignInPage LaunchNotAllowed = new(
        SignInOutcome.Failure, "This server may not launch the app", "The launch came from a FHIR server that was not named in the terminal (-Aud). Nothing was sent to it.");

    /// <summary>The page after a sign-in that worked.</summary>
    public static SignInPage Success(string server) => new(
        SignInOutcome.Success, "You are signed in", $"SmartFhir is now connected to {server}. You can close this window and return to the terminal.");

    /// <summary>The page after a sign-in that failed.</summary>
    public static SignInPage Failure(string detail) => new(
        SignInOutcome.Failure, "The sign-in did not succeed", "You can close this window. The terminal says what to do.", detail);

    /// <summary>The page as HTML.</summary>
    /// <param name="trustedHtml">Further content made by this program, already encoded.</param>
    internal string ToHtml(string trustedHtml = "")
    {
        (string kind, string sign) = Outcome switch
        {
            SignInOutcome.Success => ("success", "✓"),
            SignInOutcome.Failure => ("failure", "!"),
            _ => ("neutral", "i"),
        };
        string detail = string.IsNullOrEmpty(Detail) ? "" : $"<p class=\"detail\">{WebUtility.HtmlEncode(Detail)}</p>";
        return $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            + $"<title>{WebUtility.HtmlEncode(Title)} – SmartFhir</title><style>{Style}</style></head>"
            + $"<body><main class=\"{kind}\" id=\"{kind}\"><div class=\"sign\" aria-hidden=\"true\">{sign}</div><h1>{WebUtility.HtmlEncode(Title)}</h1>"
            + $"<p>{WebUtility.HtmlEncode(Text)}</p>{detail}{trustedHtml}<footer>SmartFhir for PowerShell</footer></main></body></html>";
    }

    internal static string HashOf(string inline) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)))}";
}
