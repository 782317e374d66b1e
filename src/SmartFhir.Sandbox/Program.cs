using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using SmartFhir.Sandbox;
using SmartFhir.Sandbox.Authorization;
using SmartFhir.Sandbox.Fhir;
using SmartFhir.Sandbox.Hosting;

if (args.Contains("--help", StringComparer.Ordinal))
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

SandboxOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (CommandLineException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

try
{
    using X509Certificate2? certificate = options.Https ? ServerCertificate.Create() : null;
    int port = options.Port != 0 ? options.Port : FreePort();
    var address = new ServerAddress(new Uri($"{(options.Https ? "https" : "http")}://127.0.0.1:{port}/"));
    await using WebApplication app = Build(options, address, certificate);
    await app.StartAsync();
    Announce(address, options, certificate);
    if (options.ExitWithStandardInput)
    {
        _ = EndWithStandardInputAsync(app.Lifetime);
    }

    await app.WaitForShutdownAsync();
    return 0;
}
catch (DataException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (IOException exception) when (exception.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync($"The port {options.Port} is taken. Give another one, or 0 for a free one.");
    return 3;
}

static WebApplication Build(SandboxOptions options, ServerAddress address, X509Certificate2? certificate)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    if (options.Verbose)
    {
        builder.Logging.AddSimpleConsole();
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        kestrel.Listen(IPAddress.Loopback, address.Origin.Port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        });
    });
    builder.Services.AddSingleton(options).AddSingleton(address);
    builder.Services.AddResponseCompression(compression => compression.EnableForHttps = true);
    builder.Services.AddCors();
    builder.Services.AddSmartAuthorization(options, address);
    builder.Services.AddFhir(options);

    WebApplication app = builder.Build();
    app.UseResponseCompression();
    app.UseCors(cors => cors.AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod().WithExposedHeaders("ETag", "Location", "Last-Modified", "X-Request-Id"));
    if (FaultPlan.Parse(options.Fault) is { } plan)
    {
        app.UseMiddleware<FaultMiddleware>(plan);
    }

    app.UseAuthentication();
    app.UseMiddleware<BearerTokenMiddleware>();
    app.MapSmartAuthorization();
    app.MapFhir();
    return app;
}

static void Announce(ServerAddress address, SandboxOptions options, X509Certificate2? certificate) =>
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        ready = true,
        fhirBase = address.FhirBase.AbsoluteUri,
        issuer = address.Origin.AbsoluteUri,
        pid = Environment.ProcessId,
        clients = (string[])[Clients.BuiltIn, .. options.Clients.Select(client => client[..client.IndexOf('=', StringComparison.Ordinal)])],
        certificate = certificate?.ExportCertificatePem(),
    }));

// OpenIddict wants its issuer before the port is bound: a free one is looked for first.
static int FreePort()
{
    using var probe = new TcpListener(IPAddress.Loopback, 0);
    probe.Start();
    return ((IPEndPoint)probe.LocalEndpoint).Port;
}

static async Task EndWithStandardInputAsync(IHostApplicationLifetime lifetime)
{
    byte[] buffer = new byte[256];
    await using Stream input = Console.OpenStandardInput();
    while (await input.ReadAsync(buffer) > 0)
    {
    }

    lifetime.StopApplication();
}
