using Microsoft.Playwright;

namespace SmartFhir.Browser.Tests;

/// <summary>Debian's Chromium, driven by Playwright, with a profile of its own.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

    private readonly IPlaywright _playwright;
    private readonly IBrowserContext _context;
    private readonly string _profile;

    private Chromium(IPlaywright playwright, IBrowserContext context, string profile)
    {
        _playwright = playwright;
        _context = context;
        _profile = profile;
    }

    public static async Task<Chromium> StartAsync(bool dark = false)
    {
        string? program = Candidates.FirstOrDefault(File.Exists);
        if (program is null)
        {
            const string Missing = "Chromium is not installed: the browser tests need it (Debian: apt-get install chromium).";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", Missing);
            Assert.Fail(Missing);
        }

        string profile = Directory.CreateTempSubdirectory("smartfhir-chromium-").FullName;
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowserContext context = await playwright.Chromium.LaunchPersistentContextAsync(profile, new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = program,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],

            // A person clicks the warning for a self-signed certificate away; headless there is nobody to click.
            IgnoreHTTPSErrors = true,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = 900, Height = 760 },
        });
        return new Chromium(playwright, context, profile);
    }

    public Task<IPage> NewPageAsync() => _context.NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        _playwright.Dispose();
        Directory.Delete(_profile, recursive: true);
    }
}
