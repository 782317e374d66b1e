using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.IdentityModel.Tokens;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Sandbox;

/// <summary>The sandbox program as a child process, and the OAuth steps against it written out by hand: a bug of the product must not cancel itself out.</summary>
public sealed class SandboxProcess : IDisposable
{
    public const string Redirect = "http://127.0.0.1:5555/callback";

    private readonly Process _process;

    private SandboxProcess(Process process, JsonObject ready)
    {
        _process = process;
        Ready = ready;
        FhirBase = (string)ready["fhirBase"]!;
        Origin = FhirBase[..^"/fhir".Length];
    }

    public JsonObject Ready { get; }

    public string FhirBase { get; }

    public string Origin { get; }

    /// <summary>Follows no redirects, so that a test sees them.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true });

    public static async Task<SandboxProcess> StartAsync(params string[] options)
    {
        Process process = StartProcess(null, options);
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The sandbox did not start: {await process.StandardError.ReadToEndAsync()}");
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        return new SandboxProcess(process, JsonNode.Parse(line)!.AsObject());
    }

    /// <param name="temporaryFolder">Where the program keeps its temporary files; the system's place when null.</param>
    /// <param name="options">Its options.</param>
    public static Process StartProcess(string? temporaryFolder, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.PathOf("module", "sandbox", "SmartFhir.Sandbox.dll"), "--exit-with-stdin", .. options])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (temporaryFolder is not null)
        {
            start.Environment["TMPDIR"] = temporaryFolder;
        }

        return Process.Start(start)!;
    }

    /// <summary>The redirect that the authorization endpoint answers, as its query parameters.</summary>
    public async Task<Dictionary<string, string>> AuthorizeAsync(string scope, string verifier, string? aud = null, string method = "S256", string client = "smartfhir", string redirect = Redirect)
    {
        using HttpResponseMessage response = await Http.GetAsync(AuthorizeUrl(scope, verifier, aud ?? FhirBase, method, client, redirect));
        Uri location = response.Headers.Location ?? throw new InvalidOperationException($"HTTP {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return Query(location);
    }

    public string AuthorizeUrl(string scope, string verifier, string aud, string method = "S256", string client = "smartfhir", string redirect = Redirect)
    {
        string challenge = method == "S256" ? Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) : verifier;
        return $"{Origin}/connect/authorize?response_type=code&client_id={client}&redirect_uri={Uri.EscapeDataString(redirect)}&scope={Uri.EscapeDataString(scope)}"
            + $"&state=the-state&nonce=the-nonce&aud={Uri.EscapeDataString(aud)}&code_challenge={challenge}&code_challenge_method={method}";
    }

    public static Dictionary<string, string> Query(Uri location)
    {
        System.Collections.Specialized.NameValueCollection parsed = HttpUtility.ParseQueryString(location.Query);
        return parsed.AllKeys.ToDictionary(key => key!, key => parsed[key]!, StringComparer.Ordinal);
    }

    public async Task<(HttpResponseMessage Response, JsonObject Body)> PostAsync(string path, params (string Name, string Value)[] form)
    {
        HttpResponseMessage response = await Http.PostAsync($"{Origin}{path}", new FormUrlEncodedContent(form.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))));
        string text = await response.Content.ReadAsStringAsync();
        return (response, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    public Task<(HttpResponseMessage Response, JsonObject Body)> ExchangeAsync(string code, string verifier) => PostAsync(
        "/connect/token", ("grant_type", "authorization_code"), ("client_id", "smartfhir"), ("code", code), ("redirect_uri", Redirect), ("code_verifier", verifier));

    /// <summary>A token response for the scope; the sandbox must approve by itself.</summary>
    public async Task<JsonObject> TokenAsync(string scope)
    {
        string verifier = new('v', 64);
        Dictionary<string, string> answer = await AuthorizeAsync(scope, verifier);
        return (await ExchangeAsync(answer["code"], verifier)).Body;
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path.StartsWith("http", StringComparison.Ordinal) ? path : $"{FhirBase}/{path}");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request);
    }

    public async Task<JsonObject> JsonAsync(string path, string? token)
    {
        using HttpResponseMessage response = await GetAsync(path, token);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: HTTP {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public void Dispose()
    {
        Http.Dispose();
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
