namespace SmartFhir.Hosting;

/// <summary>Finds the manifest that the console imports.</summary>
internal static class ModuleLocator
{
    private const string ManifestName = "SmartFhir.psd1";

    /// <summary>
    /// The given manifest or module folder, or else the first SmartFhir.psd1 at or above the program, which in the source tree is
    /// the one at its root. Null when there is none.
    /// </summary>
    public static string? Find(string? given)
    {
        if (given is not null)
        {
            string path = Path.GetFullPath(given);
            string inFolder = Path.Combine(path, ManifestName);
            return File.Exists(inFolder) ? inFolder : File.Exists(path) ? path : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, ManifestName);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>What to tell the person when <see cref="Find"/> gave null.</summary>
    public static string NotFoundMessage(string? given) => given is not null
        ? $"There is no module at '{given}'. -Module takes the path of a manifest (.psd1) or of the folder that holds {ManifestName}."
        : $"No {ManifestName} at or above '{AppContext.BaseDirectory}'. Run the console from the source tree, or name the manifest with -Module.";
}
