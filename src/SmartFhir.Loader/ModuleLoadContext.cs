using System.Reflection;
using System.Runtime.Loader;

namespace SmartFhir;

/// <summary>
/// A load context of the module's own, so that its Microsoft.Identity.Client, Newtonsoft.Json and the rest do not meet the versions
/// that other modules have loaded. It answers for the files in its folder and leaves everything else (PowerShell, the framework, this
/// assembly) to the default context.
/// </summary>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private static readonly object Gate = new();
    private static ModuleLoadContext? _instance;

    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base("SmartFhir", isCollectible: false) => _folder = folder;

    /// <summary>The assembly with the cmdlets. The same one at every call in a process: several runspaces share it.</summary>
    public static Assembly LoadCmdlets()
    {
        lock (Gate)
        {
            _instance ??= new ModuleLoadContext(Path.GetDirectoryName(typeof(ModuleLoadContext).Assembly.Location)!);
            return _instance.LoadFromAssemblyName(new AssemblyName("SmartFhir.PowerShell"));
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        if (assemblyName.Name == typeof(ModuleLoadContext).Assembly.GetName().Name)
        {
            // SmartFhir.Resource is one type for scripts and cmdlets alike.
            return typeof(ModuleLoadContext).Assembly;
        }

        string path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : FromHost(assemblyName);
    }

    /// <summary>
    /// The framework's own assembly, also where a library asks for a newer version of it: Microsoft.Bcl.Cryptography for .NET 8 wants
    /// System.Formats.Asn1 10, .NET 8 and 9 have 8 and 9, and the default context refuses to answer with less than was asked for.
    /// </summary>
    private static Assembly? FromHost(AssemblyName assemblyName)
    {
        try
        {
            return Default.LoadFromAssemblyName(new AssemblyName(assemblyName.Name!) { CultureName = assemblyName.CultureName });
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        string native = Path.Combine(_folder, "runtimes", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "native");
        foreach (string name in (string[])[unmanagedDllName, unmanagedDllName + ".dll", $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib"])
        {
            string path = Path.Combine(native, name);
            if (File.Exists(path))
            {
                return LoadUnmanagedDllFromPath(path);
            }
        }

        return IntPtr.Zero;
    }
}
