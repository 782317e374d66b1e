using SmartFhir.Authorization;

namespace SmartFhir.Tests.Authorization;

public sealed class BrowserLauncherTests
{
    private const string Url = "https://ehr.example/authorize?a=1&b='$(touch /tmp/owned)'";

    private static BrowserLauncher With(params (string Name, string Value)[] environment) =>
        new(name => environment.FirstOrDefault(variable => variable.Name == name).Value, _ => { });

    [Theory]
    [InlineData("firefox", "firefox", new[] { Url })]
    [InlineData("chromium --incognito", "chromium", new[] { "--incognito", Url })]
    [InlineData("lynx -url=%s", "lynx", new[] { "-url=" + Url })]
    public void The_BROWSER_variable_names_the_program_and_the_URL_is_one_argument(string variable, string program, string[] arguments)
    {
        System.Diagnostics.ProcessStartInfo command = Assert.Single(With(("BROWSER", variable)).Commands(Url));

        Assert.Equal(program, command.FileName);
        Assert.Equal(arguments, command.ArgumentList);
        Assert.False(command.UseShellExecute);
    }

    [Fact]
    public void Several_browsers_are_tried_in_order() => Assert.Equal(
        ["first", "second"], With(("BROWSER", OperatingSystem.IsWindows() ? "first;second" : "first:second")).Commands(Url).Select(command => command.FileName));

    [Fact]
    public void Without_a_display_nothing_is_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Displays are a matter of Linux.");

        Assert.Empty(With().Commands(Url));
        Assert.Contains(With(("DISPLAY", ":0")).Commands(Url), command => command.FileName == "xdg-open");
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ms-settings:home")]
    public void Only_web_addresses_are_opened(string url) =>
        Assert.Equal(SmartErrorCode.BrowserFailed, Assert.Throws<SmartException>(() => With(("BROWSER", "true")).TryOpen(new Uri(url))).Code);

    [Fact]
    public void A_browser_that_is_not_there_is_not_opened() => Assert.False(With(("BROWSER", "/does/not/exist")).TryOpen(new Uri(Url)));
}
