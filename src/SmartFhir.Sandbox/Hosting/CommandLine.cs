using System.Globalization;

namespace SmartFhir.Sandbox.Hosting;

/// <summary>The command line cannot be understood; the message says which part.</summary>
public sealed class CommandLineException(string message) : Exception(message);

/// <summary>Reads the command line.</summary>
public static class CommandLine
{
    public const string Help = """
        SmartFhir.Sandbox: a SMART authorization server and FHIR R4 server with synthetic patients, on 127.0.0.1.

          --port N              the port; 0 (the default) takes a free one
          --https               serve https with a certificate made on the spot
          --auto-approve        sign in, pick the first patient and consent without a page
          --token-lifetime S    the life of access tokens in seconds (3600)
          --patients N          how many patients to make (25; 0 with --load)
          --seed S              the same seed makes the same patients (1)
          --load FOLDER         load transaction bundles (*.json) and NDJSON (*.ndjson); may be repeated
          --db FILE             keep the data in this SQLite file
          --fault LIST          faults of the FHIR API, for example 429:0.1,503:0.05,reset:0.01,slow:200ms
          --client ID=REDIRECT  a further public client with an exact redirect address; may be repeated
          --exit-with-stdin     end when standard input closes
          --verbose             log to standard error
          --help                this text
        """;

    /// <exception cref="CommandLineException">An unknown option or an unusable value.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SandboxOptions();
        bool patientsGiven = false;
        for (int index = 0; index < arguments.Count; index++)
        {
            string name = arguments[index];
            options = name switch
            {
                "--https" => options with { Https = true },
                "--auto-approve" => options with { AutoApprove = true },
                "--exit-with-stdin" => options with { ExitWithStandardInput = true },
                "--verbose" => options with { Verbose = true },
                "--port" => options with { Port = Number(0, 65535) },
                "--token-lifetime" => options with { TokenLifetime = TimeSpan.FromSeconds(Number(1, 86400)) },
                "--patients" => options with { Patients = Number(0, 1_000_000) },
                "--seed" => options with { Seed = Number(int.MinValue, int.MaxValue) },
                "--load" => options with { Load = [.. options.Load, Value()] },
                "--db" => options with { Database = Value() },
                "--fault" => options with { Fault = Value() },
                "--client" => options with { Clients = [.. options.Clients, Client()] },
                _ => throw new CommandLineException($"Unknown option '{name}'. --help lists them."),
            };
            patientsGiven |= name == "--patients";

            string Value() => ++index < arguments.Count ? arguments[index] : throw new CommandLineException($"{name} needs a value.");

            int Number(int minimum, int maximum)
            {
                string text = Value();
                return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
                    ? number
                    : throw new CommandLineException($"{name} needs a whole number from {minimum} to {maximum}, not '{text}'.");
            }

            string Client()
            {
                string text = Value();
                int equals = text.IndexOf('=', StringComparison.Ordinal);
                return equals > 0 && Uri.TryCreate(text[(equals + 1)..], UriKind.Absolute, out _)
                    ? text
                    : throw new CommandLineException($"{name} needs <client id>=<redirect URI>, not '{text}'.");
            }
        }

        FaultPlan.Parse(options.Fault);
        return options.Load.Count > 0 && !patientsGiven ? options with { Patients = 0 } : options;
    }
}
