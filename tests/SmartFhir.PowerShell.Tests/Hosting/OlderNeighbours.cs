using System.Reflection;
using System.Runtime.Loader;

namespace SmartFhir.PowerShell.Tests.Hosting;

/// <summary>
/// What another module may have loaded before ours: older versions of libraries that ours brings too. Every test of this assembly
/// that imports the module runs beside them.
/// </summary>
/// <remarks>
/// In the default load context where that is possible. An older Newtonsoft.Json can never stand there, as the engine brings a newer
/// one and needs it; a module that wants its own loads it by file.
/// </remarks>
internal static class OlderNeighbours
{
    private static readonly Lazy<IReadOnlyList<Assembly>> Loaded = new(
        () => [.. Paths().Select(path => Path.GetFileName(path) == "Newtonsoft.Json.dll" ? Assembly.LoadFile(path) : AssemblyLoadContext.Default.LoadFromAssemblyPath(path))]);

    /// <summary>The older assemblies; loaded at the first call.</summary>
    public static IReadOnlyList<Assembly> Load() => Loaded.Value;

    private static IEnumerable<string> Paths() => typeof(OlderNeighbours).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(metadata => metadata.Key == "OlderNeighbour")
        .Select(metadata => metadata.Value!);
}
