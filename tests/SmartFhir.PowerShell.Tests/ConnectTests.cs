using System.Management.Automation;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>The ways in beside the standalone launch, and the choice between sessions.</summary>
public sealed class ConnectTests : IDisposable
{
    private readonly ModuleRunspace _runspace = new();

    public void Dispose() => _runspace.Dispose();

    [Fact]
    public void A_token_from_elsewhere_reads_what_it_may_and_says_what_to_do_when_it_is_refused()
    {
        _runspace.Run("Connect-SmartFhir -Sandbox -Name first");
        PSObject session = _runspace.One("$t = (Get-SmartToken).AccessToken; Connect-SmartFhir -Aud (Get-SmartSession first).Aud -AccessToken $t -Name brought");
        Assert.Equal((false, null), ((bool)session.Properties["CanRefresh"].Value, session.Properties["Renewal"].Value));
        Assert.NotEmpty(_runspace.Run("Invoke-SmartFhirRequest Patient -All"));

        ErrorRecord refused = _runspace.Invoke(
            "Connect-SmartFhir -Aud (Get-SmartSession first).Aud -AccessToken ([Net.NetworkCredential]::new('', 'abc').SecurePassword) | Out-Null; Invoke-SmartFhirRequest Patient").SingleError("FhirUnauthorized");
        Assert.DoesNotContain("abc", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_anonymous_session_sends_no_token_and_has_none_to_give()
    {
        _runspace.Run("$s = Start-SmartFhirSandbox -AutoApprove; Connect-SmartFhir $s.Aud -Anonymous -Name open");
        Assert.Equal("CapabilityStatement", _runspace.One("(Invoke-SmartFhirRequest metadata).resourceType").BaseObject);
        _runspace.Invoke("Invoke-SmartFhirRequest Patient").SingleError("FhirUnauthorized");
        Assert.Contains("'open' is anonymous", _runspace.Invoke("Get-SmartToken").SingleError("InvalidArgument").ToString(), StringComparison.Ordinal);
        Assert.Empty(_runspace.Invoke("Disconnect-SmartFhir").Warnings);
    }

    [Fact]
    public void The_session_that_is_selected_is_the_default_one()
    {
        _runspace.Run("'a', 'b', 'c' | ForEach-Object { Connect-SmartFhir -Aud \"https://$_.example/fhir\" -Anonymous -Name $_ }");
        Assert.Equal(["c", "b", "a"], Names());
        Assert.Equal("a", _runspace.One("(Select-SmartSession a -PassThru).Name").BaseObject);
        Assert.Equal(["a", "c", "b"], Names());
        _runspace.Invoke("Select-SmartSession nobody").SingleError("ParameterArgumentTransformationError");
        Assert.Equal(["a", "c"], _runspace.Run("Get-SmartSession [ac] | ForEach-Object Name").Select(name => (string)name.BaseObject));

        IEnumerable<string> Names() => _runspace.Run("Get-SmartSession | ForEach-Object Name").Select(name => (string)name.BaseObject);
    }

    [Theory]
    [InlineData("Connect-SmartFhir -Aud https://a.example/fhir, https://b.example/fhir -ClientId x", "InvalidArgument", "-Aud names several servers")]
    [InlineData("Connect-SmartFhir -Aud http://a.example/fhir -Anonymous", "InsecureHttp", "https")]
    [InlineData("Connect-SmartFhir -EhrLaunch -Aud https://a.example/fhir -ClientId x -LaunchUri https://app.example/launch", "InvalidArgument", "not an address of this machine")]
    public void What_cannot_be_is_told_at_once(string command, string id, string text) =>
        Assert.Contains(text, _runspace.Invoke(command).SingleError(id).ToString(), StringComparison.Ordinal);
}
