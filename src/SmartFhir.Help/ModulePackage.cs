using System.IO.Compression;
using System.Xml.Linq;

namespace SmartFhir.Help;

/// <summary>
/// Puts together what a user installs: the manifest, module/ and en-US/, as a folder to import from and as the .nupkg of it that
/// a PowerShell gallery takes.
/// </summary>
/// <param name="layout">The built source tree.</param>
internal sealed class ModulePackage(ModuleLayout layout)
{
    private const string Id = "SmartFhir";
    private static readonly XNamespace Nuspec = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
    private static readonly XNamespace ContentTypes = "http://schemas.openxmlformats.org/package/2006/content-types";
    private static readonly XNamespace Relationships = "http://schemas.openxmlformats.org/package/2006/relationships";

    private static readonly string[] ContentFolders = ["module", "en-US"];

    /// <summary>The platforms whose native libraries the sandbox ships with: those that PowerShell itself is built for.</summary>
    private static readonly string[] Platforms = ["linux-x64", "linux-arm64", "linux-musl-x64", "win-x64", "win-arm64", "osx-x64", "osx-arm64"];

    /// <summary>Writes the folder and the .nupkg; what an earlier run left of this version is replaced.</summary>
    /// <returns>The path of the .nupkg.</returns>
    public string Write(string output)
    {
        string version = layout.Text("ModuleVersion");
        string folder = Path.Combine(output, Id, version);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (string file in Files())
        {
            string target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(layout.Root, file), target);
        }

        string package = Path.Combine(output, $"{Id}.{version}.nupkg");
        File.Delete(package);
        Pack(folder, package, version);
        return package;
    }

    private IEnumerable<string> Files()
    {
        if (!File.Exists(layout.CmdletAssembly) || !File.Exists(layout.HelpFile))
        {
            throw new InvalidOperationException("The module is not built: run 'dotnet build' first.");
        }

        IEnumerable<string> content = ContentFolders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(layout.Root, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(layout.Root, path).Replace('\\', '/'))
            .Where(Ships);
        return content.Prepend($"{Id}.psd1").Order(StringComparer.Ordinal);
    }

    /// <summary>No symbols, no documentation of the compiler, no sources of the help, no program file for one platform (the sandbox is started with dotnet).</summary>
    private static bool Ships(string file)
    {
        string extension = Path.GetExtension(file);
        if (extension is ".pdb" or ".exe" or "" || file.StartsWith("module/help/", StringComparison.Ordinal))
        {
            return false;
        }

        if (extension == ".xml" && file.StartsWith("module/", StringComparison.Ordinal))
        {
            return false;
        }

        const string Natives = "module/sandbox/runtimes/";
        return !file.StartsWith(Natives, StringComparison.Ordinal) || Platforms.Contains(file[Natives.Length..].Split('/')[0], StringComparer.Ordinal);
    }

    private void Pack(string folder, string package, string version)
    {
        using ZipArchive archive = ZipFile.Open(package, ZipArchiveMode.Create);
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Add(archive, $"{Id}.nuspec", Specification(version));
        Add(archive, "[Content_Types].xml", ContentTypesOf(files));
        Add(archive, "_rels/.rels", new XDocument(new XElement(
            Relationships + "Relationships",
            new XElement(Relationships + "Relationship", new XAttribute("Type", "http://schemas.microsoft.com/packaging/2010/07/manifest"), new XAttribute("Target", $"/{Id}.nuspec"), new XAttribute("Id", "R0")))));
        foreach (string file in files)
        {
            archive.CreateEntryFromFile(file, Path.GetRelativePath(folder, file).Replace('\\', '/'));
        }
    }

    private XDocument Specification(string version)
    {
        IEnumerable<string> tags = layout.Tags
            .Concat(["PSModule", "PSEdition_Core", "PSIncludes_Cmdlet"])
            .Concat(layout.ExportedCmdlets.SelectMany(name => new[] { $"PSCmdlet_{name}", $"PSCommand_{name}" }));
        return new XDocument(new XElement(Nuspec + "package", new XElement(
            Nuspec + "metadata",
            new XElement(Nuspec + "id", Id),
            new XElement(Nuspec + "version", version),
            new XElement(Nuspec + "authors", layout.Text("Author")),
            new XElement(Nuspec + "requireLicenseAcceptance", "false"),
            new XElement(Nuspec + "license", new XAttribute("type", "expression"), "MIT"),
            new XElement(Nuspec + "description", layout.Text("Description")),
            new XElement(Nuspec + "copyright", layout.Text("Copyright")),
            new XElement(Nuspec + "tags", string.Join(' ', tags)))));
    }

    private static XDocument ContentTypesOf(IEnumerable<string> files)
    {
        IEnumerable<XElement> defaults = files.Select(file => Path.GetExtension(file).TrimStart('.')).Where(extension => extension.Length > 0)
            .Append("nuspec").Distinct(StringComparer.OrdinalIgnoreCase).Select(extension => Type("Default", "Extension", extension, "application/octet"));
        return new XDocument(new XElement(
            ContentTypes + "Types", Type("Default", "Extension", "rels", "application/vnd.openxmlformats-package.relationships+xml"), defaults));
    }

    private static XElement Type(string kind, string key, string value, string type) =>
        new(ContentTypes + kind, new XAttribute(key, value), new XAttribute("ContentType", type));

    private static void Add(ZipArchive archive, string name, XDocument document)
    {
        using Stream stream = archive.CreateEntry(name).Open();
        document.Save(stream);
    }
}
