using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>Clients, codes and tokens live in memory: a sandbox that starts anew knows nobody. One connection is kept open to keep it alive.</summary>
public sealed class AuthorizationDatabase : IDisposable
{
    private readonly SqliteConnection _keepAlive;

    public AuthorizationDatabase()
    {
        ConnectionString = $"Data Source=authorization-{Guid.NewGuid():N};Mode=Memory;Cache=Shared";
        _keepAlive = new SqliteConnection(ConnectionString);
        _keepAlive.Open();
    }

    public string ConnectionString { get; }

    public void Dispose() => _keepAlive.Dispose();
}

/// <summary>OpenIddict's tables.</summary>
public sealed class AuthorizationContext(DbContextOptions<AuthorizationContext> options) : DbContext(options);

/// <summary>Makes the tables and registers the clients before the first request.</summary>
public sealed class AuthorizationStart(IServiceProvider services, SandboxOptions options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AuthorizationContext>().Database.EnsureCreatedAsync(cancellationToken);
        await Clients.RegisterAsync(scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>(), options);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
