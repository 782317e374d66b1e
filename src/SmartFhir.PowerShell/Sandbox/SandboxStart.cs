using System.Globalization;

namespace SmartFhir.PowerShell.Sandbox;

/// <summary>What the sandbox program is started with.</summary>
internal sealed record SandboxStart
{
    public int Port { get; init; }

    public bool AutoApprove { get; init; }

    public bool Https { get; init; }

    public int? Patients { get; init; }

    public int? Seed { get; init; }

    public int? TokenLifetime { get; init; }

    public string? Database { get; init; }

    public string? Fault { get; init; }

    public IReadOnlyList<string> Load { get; init; } = [];

    public IEnumerable<string> ToArguments()
    {
        yield return "--exit-with-stdin";
        (string Option, string? Value)[] options =
        [
            ("--port", Number(Port)), ("--patients", Number(Patients)), ("--seed", Number(Seed)),
            ("--token-lifetime", Number(TokenLifetime)), ("--db", Database), ("--fault", Fault),
        ];
        foreach ((string option, string? value) in options.Where(option => option.Value is not null))
        {
            yield return option;
            yield return value!;
        }

        if (AutoApprove)
        {
            yield return "--auto-approve";
        }

        if (Https)
        {
            yield return "--https";
        }

        foreach (string folder in Load)
        {
            yield return "--load";
            yield return folder;
        }
    }

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
