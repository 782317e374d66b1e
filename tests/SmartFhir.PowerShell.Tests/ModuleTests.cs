using System.Management.Automation;
using System.Reflection;
using SmartFhir.PowerShell.Tests.Hosting;

namespace SmartFhir.PowerShell.Tests;

/// <summary>Import, a second import, removal: what a user does with the module as a whole.</summary>
public sealed class ModuleTests
{
    private const string Probe = """(ConvertFrom-SmartFhirJson '{"resourceType":"Patient","id":"7"}').id""";

    [Fact]
    public void The_manifest_exports_the_cmdlets_of_the_assembly_and_no_other_command()
    {
        using var runspace = new ModuleRunspace();
        PSModuleInfo module = runspace.Value<PSModuleInfo>("Get-Module SmartFhir");
        string[] inAssembly = [.. CmdletsOf(((Type)runspace.One("(Get-Command ConvertTo-SmartFhirJson).ImplementingType").BaseObject).Assembly)];

        Assert.Equal(inAssembly, module.ExportedCmdlets.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(inAssembly, module.ExportedCommands.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(inAssembly, runspace.Run("(& ([scriptblock]::Create([IO.File]::ReadAllText($args[0])))).CmdletsToExport", ModuleRunspace.Manifest).Select(name => name.ToString()));
    }

    [Fact]
    public void Windows_PowerShell_is_refused_by_the_manifest()
    {
        using var runspace = new ModuleRunspace();
        PSModuleInfo module = runspace.Value<PSModuleInfo>("Get-Module SmartFhir");

        Assert.Equal(new Version(7, 4), module.PowerShellVersion);
        Assert.Equal(["Core"], module.CompatiblePSEditions);
    }

    [Fact]
    public void Import_with_Force_leaves_working_cmdlets_every_time()
    {
        using var runspace = new ModuleRunspace();
        int count = runspace.Run("Get-Command -Module SmartFhir").Count;
        for (int i = 0; i < 3; i++)
        {
            runspace.Run($"Import-Module '{ModuleRunspace.Manifest}' -Force");
            Assert.Equal("7", runspace.Value<string>(Probe));
            Assert.Equal(count, runspace.Run("Get-Command -Module SmartFhir").Count);
        }
    }

    [Fact]
    public void Removal_takes_the_cmdlets_away_and_a_new_import_brings_them_and_the_elements_back()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run("Remove-Module SmartFhir");

        Assert.Equal("CommandNotFoundException", runspace.Invoke(Probe).Errors[0].FullyQualifiedErrorId);
        Assert.Empty(runspace.Run("Get-Module"));

        runspace.Run($"Import-Module '{ModuleRunspace.Manifest}'");
        Assert.Equal("7", runspace.Value<string>(Probe));
    }

    [Fact]
    public void Runspaces_that_import_at_once_all_have_working_cmdlets()
    {
        using var start = new Barrier(3);
        string[] ids = new string[3];
        Exception?[] failures = new Exception?[3];
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            try
            {
                using var runspace = new ModuleRunspace(import: false);
                start.SignalAndWait(TimeSpan.FromSeconds(60));
                runspace.Run($"Import-Module '{ModuleRunspace.Manifest}'");
                ids[i] = runspace.Value<string>(Probe);
            }
            catch (Exception exception)
            {
                failures[i] = exception;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(failures, Assert.Null);
        Assert.Equal(["7", "7", "7"], ids);
    }

    [Fact]
    public void A_resource_of_one_runspace_is_a_resource_in_another()
    {
        using var one = new ModuleRunspace();
        using var other = new ModuleRunspace();
        PSObject resource = one.One("""ConvertFrom-SmartFhirJson '{"resourceType":"Patient","id":"7"}'""");

        Assert.True(other.Value<bool>("$args[0] -is [SmartFhir.Resource] -and $args[0].id -eq '7'", resource.BaseObject));
    }

    [Fact]
    public void The_engine_still_has_the_method_that_a_second_import_needs() =>
        Assert.NotNull(typeof(PSModuleInfo).GetMethod("AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic));

    [Fact]
    public void A_source_tree_that_is_not_built_says_so()
    {
        DirectoryInfo tree = Directory.CreateTempSubdirectory("smartfhir-unbuilt-");
        try
        {
            File.Copy(ModuleRunspace.Manifest, Path.Combine(tree.FullName, "SmartFhir.psd1"));
            tree.CreateSubdirectory("module");
            foreach (string file in Directory.EnumerateFiles(Path.Combine(ConsoleProcess.Root, "module")))
            {
                File.Copy(file, Path.Combine(tree.FullName, "module", Path.GetFileName(file)));
            }

            using var runspace = new ModuleRunspace(import: false);
            ErrorRecord error = Assert.Single(runspace.Invoke($"Import-Module '{Path.Combine(tree.FullName, "SmartFhir.psd1")}'").Errors);
            Assert.Contains("Run 'dotnet build'", error.Exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            tree.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> CmdletsOf(Assembly assembly) => assembly.GetExportedTypes()
        .Select(type => type.GetCustomAttribute<CmdletAttribute>())
        .OfType<CmdletAttribute>()
        .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}")
        .Order(StringComparer.Ordinal);
}
