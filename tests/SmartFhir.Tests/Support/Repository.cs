namespace SmartFhir.Tests.Support;

/// <summary>Where the source tree is.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "SmartFhir.PowerShell.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the source tree: no SmartFhir.PowerShell.sln above " + AppContext.BaseDirectory);
    }
}
