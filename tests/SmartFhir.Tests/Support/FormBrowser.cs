using System.Net;
using System.Text.RegularExpressions;
using SmartFhir.Authorization;

namespace SmartFhir.Tests.Support;

/// <summary>
/// A browser reduced to what a sign-in needs: cookies, redirects, and forms, which it fills as it is told and submits. It ends at the
/// loopback listener, as a real one does.
/// </summary>
/// <param name="fill">The value for a form field, by its name; null leaves what stands there.</param>
/// <param name="choose">Which of a page's forms to submit, by its HTML; the first one when null.</param>
internal sealed partial class FormBrowser(Func<string, string?> fill, Func<string, bool>? choose = null) : IBrowser, IDisposable
{
    private const int MaximumPages = 12;

    private readonly HttpClient _http = new(new SocketsHttpHandler { CookieContainer = new CookieContainer() });

    /// <summary>Ends with the last page.</summary>
    public Task<string> LastPage { get; private set; } = Task.FromResult("");

    /// <summary>The URL that was opened.</summary>
    public Uri? Opened { get; private set; }

    public bool TryOpen(Uri uri)
    {
        Opened = uri;
        LastPage = Task.Run(() => BrowseAsync(uri));
        return true;
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> BrowseAsync(Uri uri)
    {
        HttpResponseMessage response = await _http.GetAsync(uri);
        for (int pages = 0; pages < MaximumPages; pages++)
        {
            string html = await response.Content.ReadAsStringAsync();
            Uri here = response.RequestMessage!.RequestUri!;
            Match? form = Form().Matches(html).FirstOrDefault(match => choose?.Invoke(match.Value) ?? true);
            if (form is null)
            {
                return html;
            }

            response = await _http.PostAsync(new Uri(here, WebUtility.HtmlDecode(form.Groups["action"].Value)), new FormUrlEncodedContent(Fields(form.Value)));
        }

        throw new InvalidOperationException("The sign-in goes round in circles.");
    }

    private IEnumerable<KeyValuePair<string, string>> Fields(string form)
    {
        foreach (Match input in Input().Matches(form))
        {
            string name = Attribute(input.Value, "name");
            if (name.Length > 0)
            {
                yield return new(name, fill(name) ?? Attribute(input.Value, "value"));
            }
        }
    }

    private static string Attribute(string tag, string name) =>
        WebUtility.HtmlDecode(Regex.Match(tag, $"\\b{name}=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value);

    [GeneratedRegex("<form\\b[^>]*\\baction=\"(?<action>[^\"]*)\"[^>]*>.*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex("<input\\b[^>]*>")]
    private static partial Regex Input();
}
