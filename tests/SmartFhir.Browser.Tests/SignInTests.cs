using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using SmartFhir.PowerShell.Tests;

namespace SmartFhir.Browser.Tests;

/// <summary>A person's sign-in, clicked: login, patient picker, consent, and back to the loopback address.</summary>
public sealed class SignInTests
{
    private static string FreeRedirect(string scheme, string host, string path)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return $"{scheme}://{host}:{((IPEndPoint)probe.LocalEndpoint).Port}{path}";
    }

    private static async Task SignInAsync(IPage page, string account)
    {
        await page.FillAsync("#username", account);
        await page.FillAsync("#password", "sandbox");
        await page.ClickAsync("#sign-in");
    }

    /// <summary>Pictures for the README; only where they are asked for, as their bytes differ from machine to machine.</summary>
    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SMARTFHIR_PICTURES") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
        }
    }

    /// <summary>What the console really wrote, as a terminal shows it.</summary>
    private static async Task TerminalPictureAsync(IPage page, string command, string output, string name)
    {
        if (Environment.GetEnvironmentVariable("SMARTFHIR_PICTURES") is { Length: > 0 })
        {
            await page.SetViewportSizeAsync(1000, 420);
            await page.SetContentAsync($$"""
                <body style="margin:0;background:#0d1117;color:#e6edf3"><pre style="margin:0;padding:22px;font:14px/1.45 'DejaVu Sans Mono',monospace;white-space:pre-wrap"><span style="color:#7ee787">PS&gt;</span> {{WebUtility.HtmlEncode(command)}}
                {{WebUtility.HtmlEncode(output)}}</pre></body>
                """);
            await PictureAsync(page, name);
        }
    }

    [Theory]
    [InlineData("http", "127.0.0.1", "/callback")]
    [InlineData("http", "localhost", "/registered/path")]
    [InlineData("https", "127.0.0.1", "/callback")]
    [InlineData("https", "localhost", "/")]
    public async Task A_clinician_signs_in_picks_a_patient_and_consents(string scheme, string host, string path)
    {
        string redirect = FreeRedirect(scheme, host, path);
        await using Chromium browser = await Chromium.StartAsync();
        string command = $"Connect-SmartFhir -Sandbox -RedirectUri {redirect}; Invoke-SmartFhirRequest Patient -First 5";
        await using SignInProcess console = SignInProcess.Start(command);
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        await PictureAsync(page, "login");
        await SignInAsync(page, "clinician");
        ILocator patient = page.Locator(".patient").Nth(2);
        string id = (await patient.GetAttributeAsync("data-patient-id"))!;
        await PictureAsync(page, "patient");
        await patient.ClickAsync();
        await page.Locator("#allow").WaitForAsync();
        await PictureAsync(page, "consent");
        await page.ClickAsync("#allow");
        await page.Locator("#success").WaitForAsync();
        await PictureAsync(page, "signed-in");
        ConsoleResult result = await console.EndAsync();

        // The code is neither in the address bar nor in what a later visitor of the history sees.
        Assert.Equal(redirect, page.Url);
        Assert.Contains("close this window", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Matches($@"(?m)^Patient\s+: {id}\s*$", result.Output);
        Assert.Matches($@"(?m)^{id}\s", result.Output);
        await TerminalPictureAsync(page, command, result.Output, "terminal");
    }

    [Fact]
    public async Task A_request_too_long_for_a_URL_is_posted()
    {
        string scopes = string.Join(' ', Enumerable.Range(1, 60).Select(index => $"patient/Observation.rs?category=category-number-{index}"));
        await using Chromium browser = await Chromium.StartAsync();
        await using SignInProcess console = SignInProcess.Start($"(Connect-SmartFhir -Sandbox -Scope 'openid launch/patient {scopes}').Scope.Count");
        IPage page = await browser.NewPageAsync();
        string? posted = null;
        page.Request += (_, request) => posted = request.Method == "POST" && request.Url.EndsWith("/connect/authorize", StringComparison.Ordinal) ? request.PostData : posted;

        string address = await console.AddressAsync();
        await page.GotoAsync(address);
        await SignInAsync(page, "patient");
        await page.ClickAsync("#allow");
        await page.Locator("#success").WaitForAsync();
        ConsoleResult result = await console.EndAsync();

        Assert.True(address.Length < 200, address);
        Assert.Contains("category-number-60", posted, StringComparison.Ordinal);
        Assert.Equal("62", result.Output.Trim());
    }

    [Fact]
    public async Task A_deny_is_told_in_the_browser_and_in_the_shell()
    {
        await using Chromium browser = await Chromium.StartAsync(dark: true);
        await using SignInProcess console = SignInProcess.Start("Connect-SmartFhir -Sandbox");
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        await SignInAsync(page, "clinician");
        await page.Locator(".patient").First.ClickAsync();
        await page.ClickAsync("#deny");
        await page.Locator("#failure").WaitForAsync();
        await PictureAsync(page, "denied-dark");
        ConsoleResult result = await console.EndAsync();

        Assert.Contains("access_denied", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Contains("Access was denied", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output.Trim());
    }

    [Fact]
    public async Task A_patient_signs_in_to_their_own_record_without_choosing()
    {
        await using Chromium browser = await Chromium.StartAsync();
        await using SignInProcess console = SignInProcess.Start("Connect-SmartFhir -Sandbox");
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        await SignInAsync(page, "patient");
        await page.ClickAsync("#allow");
        await page.Locator("#success").WaitForAsync();
        ConsoleResult result = await console.EndAsync();

        Assert.Matches(@"(?m)^User\s+: http://127\.0\.0\.1:\d+/fhir/Patient/patient-\d+\s*$", result.Output);
    }

    [Fact]
    public async Task A_scope_that_is_unticked_is_named_in_a_warning()
    {
        await using Chromium browser = await Chromium.StartAsync();
        await using SignInProcess console = SignInProcess.Start("Connect-SmartFhir -Sandbox; Invoke-SmartFhirRequest Patient");
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        await SignInAsync(page, "patient");
        await page.UncheckAsync("input[value='patient/*.rs']");
        await page.UncheckAsync("input[value='offline_access']");
        await page.ClickAsync("#allow");
        await page.Locator("#success").WaitForAsync();
        ConsoleResult result = await console.EndAsync();

        Assert.Contains("patient/*.rs", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("did not grant everything", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("403", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_can_be_corrected_and_the_search_finds_a_patient()
    {
        await using Chromium browser = await Chromium.StartAsync();
        await using SignInProcess console = SignInProcess.Start("Connect-SmartFhir -Sandbox");
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        await page.FillAsync("#username", "clinician");
        await page.FillAsync("#password", "wrong");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#login-error").WaitForAsync();
        await page.FillAsync("#password", "sandbox");
        await page.Keyboard.PressAsync("Enter");
        await page.FillAsync("#patient-search", "patient-12");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".patient[data-patient-id='patient-12']").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#allow").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#success").WaitForAsync();
        ConsoleResult result = await console.EndAsync();

        Assert.Matches(@"(?m)^Patient\s+: patient-12\s*$", result.Output);
    }

    [Fact]
    public async Task An_unregistered_redirect_address_is_explained_on_a_page_and_never_followed()
    {
        await using Chromium browser = await Chromium.StartAsync();
        await using SignInProcess console = SignInProcess.Start(
            "$s = Start-SmartFhirSandbox; Connect-SmartFhir -Aud $s.Aud -ClientId unknown-client -TimeoutSec 5");
        IPage page = await browser.NewPageAsync();

        await page.GotoAsync(await console.AddressAsync());
        ConsoleResult result = await console.EndAsync();

        Assert.Contains("This sign-in cannot start", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Contains("within 5 seconds", result.Error, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }
}
