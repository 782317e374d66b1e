namespace SmartFhir.Sandbox;

/// <summary>The program's command line.</summary>
public sealed record SandboxOptions
{
    /// <summary><c>--port</c>: 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary><c>--https</c>: serve https with a certificate made on the spot.</summary>
    public bool Https { get; init; }

    /// <summary><c>--auto-approve</c>: sign in, pick a patient and consent without a page.</summary>
    public bool AutoApprove { get; init; }

    /// <summary><c>--token-lifetime</c>: of access tokens, in seconds.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary><c>--patients</c>: how many synthetic patients to make.</summary>
    public int Patients { get; init; } = 25;

    /// <summary><c>--seed</c>: the same seed makes the same patients.</summary>
    public int Seed { get; init; } = 1;

    /// <summary><c>--load</c>: folders of transaction bundles or NDJSON; when given, no patients are made unless <c>--patients</c> is given too.</summary>
    public IReadOnlyList<string> Load { get; init; } = [];

    /// <summary><c>--db</c>: the SQLite file to keep; null means a temporary one, deleted at the end.</summary>
    public string? Database { get; init; }

    /// <summary><c>--fault</c>: for example <c>429:0.1,503:0.05,reset:0.01,slow:200ms</c>.</summary>
    public string? Fault { get; init; }

    /// <summary><c>--client</c>: further public clients, <c>id=redirect-uri</c>.</summary>
    public IReadOnlyList<string> Clients { get; init; } = [];

    /// <summary><c>--verbose</c>: log to standard error.</summary>
    public bool Verbose { get; init; }

    /// <summary><c>--exit-with-stdin</c>: end when standard input closes, so that the program never outlives the shell that started it.</summary>
    public bool ExitWithStandardInput { get; init; }
}
