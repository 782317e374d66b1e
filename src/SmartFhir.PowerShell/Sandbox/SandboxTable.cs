namespace SmartFhir.PowerShell.Sandbox;

/// <summary>The sandboxes that Start-SmartFhirSandbox has started in this process.</summary>
internal static class SandboxTable
{
    private static readonly List<SmartFhirSandbox> Running = [];

    public static void Add(SmartFhirSandbox sandbox)
    {
        lock (Running)
        {
            Running.Add(sandbox);
        }
    }

    public static void Remove(SmartFhirSandbox sandbox)
    {
        lock (Running)
        {
            Running.Remove(sandbox);
        }
    }

    public static SmartFhirSandbox[] All()
    {
        lock (Running)
        {
            return [.. Running];
        }
    }
}
