using System.Globalization;
using System.Net;
using System.Text;

namespace SmartFhir.Authorization.Loopback;

/// <summary>Writes the listener's answers: nothing is cached, framed, scripted or fetched from elsewhere, and no referrer leaves the page.</summary>
internal static class LoopbackReply
{
    private const string SubmitScript = "document.getElementById('request').submit()";

    public static Task PageAsync(Stream stream, HttpStatusCode status, SignInPage page, CancellationToken cancellationToken) =>
        WriteAsync(stream, status, page.ToHtml(), $"default-src 'none'; style-src '{SignInPage.StyleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", null, cancellationToken);

    /// <summary>303, so that the browser repeats nothing (RFC 9700 section 4.12) and forgets the URL with the code.</summary>
    public static Task SeeOtherAsync(Stream stream, string location, CancellationToken cancellationToken) =>
        WriteAsync(stream, HttpStatusCode.SeeOther, "", "default-src 'none'", location, cancellationToken);

    /// <summary>
    /// The authorization request as a form that sends itself: the only way to make a browser POST, and the only script there is.
    /// Its hash is in the policy, and a button stands there for browsers without scripts.
    /// </summary>
    public static Task StartFormAsync(Stream stream, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        var fields = new StringBuilder();
        foreach ((string name, string value) in request.Parameters)
        {
            fields.Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"{WebUtility.HtmlEncode(name)}\" value=\"{WebUtility.HtmlEncode(value)}\">");
        }

        string endpoint = WebUtility.HtmlEncode(request.Configuration.AuthorizationEndpoint!.AbsoluteUri);
        string form = $"<form id=\"request\" method=\"post\" action=\"{endpoint}\">{fields}<button type=\"submit\">Continue</button></form><script>{SubmitScript}</script>";
        string html = new SignInPage(SignInOutcome.Neutral, "Going to the sign-in page", "Your browser is being sent to the server's sign-in page.").ToHtml(form);

        // No form-action: it would also bind every redirect behind the form, which is the server's own way to its pages.
        string policy = $"default-src 'none'; style-src '{SignInPage.StyleHash}'; script-src '{SignInPage.HashOf(SubmitScript)}'; base-uri 'none'; frame-ancestors 'none'";
        return WriteAsync(stream, HttpStatusCode.OK, html, policy, null, cancellationToken);
    }

    private static async Task WriteAsync(Stream stream, HttpStatusCode status, string html, string policy, string? location, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(html);
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {(int)status} {status}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n")
            .Append("Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nPragma: no-cache\r\nReferrer-Policy: no-referrer\r\n")
            .Append("X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nConnection: close\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Security-Policy: {policy}\r\n");
        if (location is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Location: {location}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
