using System.IO.Compression;
using System.Xml.Linq;

namespace SmartFhir.PowerShell.Tests;

/// <summary>What a user installs.</summary>
public sealed class PackageTests : IAsyncLifetime
{
    private readonly string _out = Directory.CreateTempSubdirectory("smartfhir-package-").FullName;
    private string _nupkg = "";

    public async ValueTask InitializeAsync()
    {
        ConsoleResult result = await ConsoleProcess.RunProgramAsync("SmartFhir.Help", ["--root", ConsoleProcess.Root, "--package", _out]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        _nupkg = result.Output.Trim();
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_out, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_nupkg_holds_the_manifest_at_its_root_and_a_specification_that_a_gallery_takes()
    {
        using ZipArchive archive = await ZipFile.OpenReadAsync(_nupkg);
        XElement metadata = XDocument.Load(archive.GetEntry("SmartFhir.nuspec")!.Open()).Root!.Elements().Single();
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Assert.NotNull(archive.GetEntry("SmartFhir.psd1"));
        Assert.NotNull(archive.GetEntry("[Content_Types].xml"));
        Assert.NotNull(archive.GetEntry("_rels/.rels"));
        Assert.Equal("SmartFhir", Value("id"));
        Assert.Equal($"SmartFhir.{Value("version")}.nupkg", Path.GetFileName(_nupkg));
        Assert.Equal("MIT", Value("license"));
        string[] tags = Value("tags").Split(' ');
        Assert.Contains("PSModule", tags);
        Assert.Contains("PSEdition_Core", tags);
        Assert.Contains("PSCmdlet_Connect-SmartFhir", tags);
    }

    [Fact]
    public async Task Nothing_but_the_module_and_its_help_is_in_it()
    {
        using ZipArchive archive = await ZipFile.OpenReadAsync(_nupkg);
        string[] files = [.. archive.Entries.Select(entry => entry.FullName).Except(["SmartFhir.nuspec", "[Content_Types].xml", "_rels/.rels", "SmartFhir.psd1"])];

        Assert.All(files, file => Assert.Matches("^(module|en-US)/", file));
        Assert.DoesNotContain(files, file => file.EndsWith(".pdb", StringComparison.Ordinal) || file.StartsWith("module/help/", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.StartsWith("module/", StringComparison.Ordinal) && file.EndsWith(".xml", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => Path.GetFileName(file) is "System.Management.Automation.dll" || Path.GetFileName(file).StartsWith("Microsoft.PowerShell.", StringComparison.Ordinal));
        Assert.Contains("en-US/SmartFhir.PowerShell.dll-Help.xml", files);
        string[] platforms = [.. files.Where(file => file.StartsWith("module/sandbox/runtimes/", StringComparison.Ordinal)).Select(file => file.Split('/')[3]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["linux-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-arm64", "win-x64"], platforms);
    }

    [Fact]
    public async Task The_unzipped_package_imports_with_its_cmdlets_version_and_help()
    {
        string folder = Path.Combine(_out, "installed");
        await ZipFile.ExtractToDirectoryAsync(_nupkg, folder);
        ConsoleResult result = await ConsoleProcess.RunAsync(
            "-Module", folder, "-Command", "$m = Get-Module SmartFhir; \"$($m.Version)\"; $m.ModuleBase; $m.ExportedCmdlets.Count; (Get-Help Get-SmartToken).Synopsis");

        string[] lines = result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"SmartFhir.{lines[0]}.nupkg", Path.GetFileName(_nupkg));
        Assert.Equal(folder, lines[1]);
        Assert.True(int.Parse(lines[2], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal("Gives the access token of a session to other tools.", lines[3]);
    }

    [Fact]
    public async Task The_folder_beside_the_nupkg_imports_too()
    {
        string folder = Directory.EnumerateDirectories(Path.Combine(_out, "SmartFhir")).Single();
        ConsoleResult result = await ConsoleProcess.RunAsync("-Module", folder, "-Command", "(Get-Module SmartFhir).ModuleBase");

        Assert.Equal(folder, result.Output.Trim());
    }
}
