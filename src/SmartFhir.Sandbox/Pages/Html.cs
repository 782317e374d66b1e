using System.Net;

namespace SmartFhir.Sandbox.Pages;

/// <summary>The frame of every page: plain HTML, one style sheet, no scripts, nothing from elsewhere.</summary>
public static class Html
{
    public const string StylePath = "/sandbox.css";

    public static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <param name="title">The heading.</param>
    /// <param name="body">HTML, already encoded.</param>
    /// <param name="step">Where the person is, for example <c>1 of 3</c>.</param>
    /// <param name="status">The HTTP status.</param>
    public static IResult Page(string title, string body, string? step = null, int status = StatusCodes.Status200OK) => new PageResult($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)} – SmartFhir Sandbox</title>
        <link rel="stylesheet" href="{StylePath}">
        </head>
        <body>
        <header><div class="brand"><span class="mark" aria-hidden="true">S</span><span>SmartFhir Sandbox</span></div><span class="badge">Synthetic data only</span></header>
        <main>
        {(step is null ? "" : $"<p class=\"step\">Step {Encode(step)}</p>")}
        <h1>{Encode(title)}</h1>
        {body}
        </main>
        <footer>A practice server on this computer. Nothing here is about a real person.</footer>
        </body>
        </html>
        """, status);

    public static IResult Style() => Results.Text(Css, "text/css");

    private const string Css = """
        :root{color-scheme:light dark;--ground:#f3f5f8;--card:#fff;--ink:#17212b;--soft:#566472;--line:#d9e0e7;--accent:#1a5fb4;--accent-ink:#fff;--hover:#eef4fb;--warn:#fff4d6;--warn-ink:#6b4e00;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ground:#0f151b;--card:#182129;--ink:#edf2f6;--soft:#a4b2bf;--line:#2b3844;--accent:#7fb4f5;--accent-ink:#0d1a29;--hover:#1f2b36;--warn:#3a2f10;--warn-ink:#f2d98b;--bad:#ff9a91}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        header{width:100%;display:flex;justify-content:space-between;align-items:center;gap:12px;padding:14px 24px;border-bottom:1px solid var(--line);background:var(--card)}
        .brand{display:flex;align-items:center;gap:10px;font-weight:650}
        .mark{width:30px;height:30px;border-radius:8px;display:grid;place-items:center;background:var(--accent);color:var(--accent-ink);font-weight:700}
        .badge{font-size:.8rem;padding:3px 10px;border-radius:999px;background:var(--warn);color:var(--warn-ink)}
        main{width:min(34rem,calc(100% - 32px));margin:40px 0 24px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:14px}
        footer{margin:auto 0 24px;padding:0 16px;color:var(--soft);font-size:.85rem;text-align:center}
        h1{margin:0 0 6px;font-size:1.5rem;line-height:1.25}
        h2{margin:24px 0 8px;font-size:1rem}
        p{margin:0 0 14px;color:var(--soft)}
        .step{margin:0 0 4px;font-size:.8rem;letter-spacing:.04em;text-transform:uppercase}
        label{display:block;margin:14px 0 4px;font-weight:550}
        input[type=text],input[type=password],input[type=search]{width:100%;padding:10px 12px;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
        :focus-visible{outline:3px solid color-mix(in srgb,var(--accent) 55%,transparent);outline-offset:2px}
        button{font:inherit;font-weight:600;padding:10px 20px;border-radius:8px;border:1px solid var(--accent);background:var(--accent);color:var(--accent-ink);cursor:pointer}
        button.quiet{background:transparent;color:var(--accent)}
        .row{display:flex;gap:12px;margin-top:22px;flex-wrap:wrap}
        .search{display:flex;gap:10px;margin:12px 0}
        .error{color:var(--bad);font-weight:550}
        .hint{margin-top:22px;padding:12px 14px;border:1px dashed var(--line);border-radius:10px;font-size:.9rem}
        .hint code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink)}
        ul.people,ul.scopes{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:10px;overflow:hidden}
        ul.people li+li,ul.scopes li+li{border-top:1px solid var(--line)}
        button.patient{width:100%;display:flex;justify-content:space-between;gap:12px;text-align:left;padding:12px 14px;border:0;border-radius:0;background:transparent;color:inherit;font-weight:550}
        button.patient:hover,ul.scopes label:hover{background:var(--hover)}
        button.patient span:last-child{color:var(--soft);font-weight:400}
        ul.scopes label{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0;padding:11px 14px;cursor:pointer}
        ul.scopes input{margin-top:5px;accent-color:var(--accent)}
        ul.scopes code{grid-column:2;font-size:.8rem;font-weight:400;color:var(--soft);font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        nav{display:flex;justify-content:space-between;align-items:center;margin-top:12px;font-size:.9rem;color:var(--soft)}
        a{color:var(--accent)}
        """;

    private sealed class PageResult(string html, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers.XFrameOptions = "DENY";
            httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
            httpContext.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
            return httpContext.Response.WriteAsync(html);
        }
    }
}
