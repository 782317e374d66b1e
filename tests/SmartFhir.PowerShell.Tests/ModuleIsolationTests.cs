using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>The module's libraries do not meet those of others, and nothing of the host is shipped.</summary>
public sealed class ModuleIsolationTests
{
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    [Theory]
    [InlineData("Microsoft.Identity.Client")]
    [InlineData("Newtonsoft.Json")]
    public void An_older_library_loaded_first_is_not_the_one_that_answers_inside(string name)
    {
        Assembly older = OlderNeighbours.Load().Single(assembly => assembly.GetName().Name == name);
        using var runspace = new ModuleRunspace();
        Assembly own = ModuleContext().LoadFromAssemblyName(new AssemblyName(name));

        Assert.Equal(Path.Combine(ModuleRunspace.Bin, name + ".dll"), own.Location);
        Assert.True(own.GetName().Version > older.GetName().Version);
    }

    [Fact]
    public void The_modules_own_MSAL_works_beside_an_older_one()
    {
        using var runspace = new ModuleRunspace();
        Assembly msal = ModuleContext().LoadFromAssemblyName(new AssemblyName("Microsoft.Identity.Client"));
        object builder = msal.GetType("Microsoft.Identity.Client.PublicClientApplicationBuilder", throwOnError: true)!
            .GetMethod("Create", [typeof(string)])!.Invoke(null, ["3f9f4c9e-0f5c-4c8f-9a2b-0d6a1f8f7c11"])!;
        object application = builder.GetType().GetMethod("Build", Type.EmptyTypes)!.Invoke(builder, null)!;

        Assert.Same(msal, application.GetType().Assembly);
    }

    [Fact]
    public async Task Import_alone_loads_no_library_of_a_third_party()
    {
        ConsoleResult result = await ConsoleProcess.RunAsync(
            "-Command", "[Runtime.Loader.AssemblyLoadContext]::All | ? Name -eq SmartFhir | % { $_.Assemblies } | % { $_.GetName().Name }");

        string[] loaded = result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("SmartFhir.PowerShell", loaded);
        Assert.All(loaded, name => Assert.StartsWith("SmartFhir.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_of_the_framework_is_shipped() =>
        Assert.Empty(Shipped().Intersect(Directory.EnumerateFiles(FrameworkFolder, "*.dll").Select(Path.GetFileNameWithoutExtension), StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void Nothing_of_PowerShell_is_shipped_beside_the_Newtonsoft_that_FHIR_parsing_needs()
    {
        HashSet<string> engine = ClosureOf("System.Management.Automation");

        Assert.Contains("Newtonsoft.Json", engine);
        Assert.Equal(["Newtonsoft.Json"], Shipped().Intersect(engine, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void No_debug_symbols_and_no_dependency_files_stand_beside_the_assemblies() =>
        Assert.All(Directory.EnumerateFiles(ModuleRunspace.Bin), file => Assert.Contains(Path.GetExtension(file), (string[])[".dll", ".xml"]));

    /// <summary>
    /// PowerShell 7.4 runs on .NET 8. What asks for a newer framework assembly gets .NET 8's from ModuleLoadContext, and that is safe
    /// only as long as nothing newer in it is called: of X509CertificateLoader, the methods that read files need AsnDecoder.TryDecodeLength of .NET 9.
    /// </summary>
    [Fact]
    public void What_is_shipped_runs_on_the_framework_of_PowerShell_7_4()
    {
        string[] framework = [.. Directory.EnumerateFiles(FrameworkFolder, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))];
        string[] newer = [.. Shipped().SelectMany(name => References(name)
            .Where(reference => reference.Version > new Version(8, 0, 0, 0) && framework.Contains(reference.Name, StringComparer.OrdinalIgnoreCase))
            .Select(reference => $"{name} -> {reference.Name}"))];
        string[] calls = [.. Shipped().Where(name => name.StartsWith("SmartFhir.", StringComparison.Ordinal)).SelectMany(CallsOfCertificateLoader)];

        Assert.Equal(["Microsoft.Bcl.Cryptography -> System.Formats.Asn1"], newer);
        Assert.NotEmpty(calls);
        Assert.DoesNotContain(calls, call => call.EndsWith("FromFile", StringComparison.Ordinal));
    }

    [Fact]
    public void A_framework_assembly_wanted_newer_than_the_host_has_it_is_answered_with_the_hosts()
    {
        using var runspace = new ModuleRunspace();
        Assembly answered = ModuleContext().LoadFromAssemblyName(new AssemblyName("System.Formats.Asn1, Version=99.0.0.0"));

        Assert.Equal(FrameworkFolder, Path.GetDirectoryName(answered.Location));
    }

    [Fact]
    public void An_assembly_that_nobody_has_is_still_not_found()
    {
        using var runspace = new ModuleRunspace();

        Assert.Throws<FileNotFoundException>(() => ModuleContext().LoadFromAssemblyName(new AssemblyName("No.Such.Assembly")));
    }

    private static AssemblyLoadContext ModuleContext() => AssemblyLoadContext.All.Single(context => context.Name == "SmartFhir");

    private static IEnumerable<string> Shipped() => Directory.EnumerateFiles(ModuleRunspace.Bin, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file));

    private static IEnumerable<AssemblyName> References(string name) =>
        Read(Path.Combine(ModuleRunspace.Bin, name + ".dll"), metadata => metadata.AssemblyReferences.Select(handle => metadata.GetAssemblyReference(handle).GetAssemblyName()).ToArray());

    private static IEnumerable<string> CallsOfCertificateLoader(string name) => Read(Path.Combine(ModuleRunspace.Bin, name + ".dll"), metadata => metadata.MemberReferences
        .Select(metadata.GetMemberReference)
        .Where(member => member.Parent.Kind == HandleKind.TypeReference
            && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == "X509CertificateLoader")
        .Select(member => metadata.GetString(member.Name))
        .ToArray());

    /// <summary>An assembly that the host trusts and all that it brings, the framework aside.</summary>
    private static HashSet<string> ClosureOf(string root)
    {
        Dictionary<string, string> trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetDirectoryName(file) != FrameworkFolder)
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase);
        var closure = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>([root]);
        while (open.TryDequeue(out string? name))
        {
            if (trusted.TryGetValue(name, out string? file) && closure.Add(name))
            {
                Array.ForEach(Read(file, metadata => metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToArray()), open.Enqueue);
            }
        }

        return closure;
    }

    private static T Read<T>(string file, Func<MetadataReader, T> read)
    {
        using var image = new PEReader(File.OpenRead(file));
        return read(image.GetMetadataReader());
    }
}
