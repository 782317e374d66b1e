using SmartFhir.Sandbox.Fhir;

namespace SmartFhir.Sandbox.Data;

/// <summary>Fills the store before the first request; a kept database that has data already is left as it is.</summary>
public sealed class DataStart(SandboxOptions options, ResourceStore store, DataLoader loader) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (store.Count == 0)
        {
            if (options.Patients > 0)
            {
                loader.Add(new PatientGenerator(options.Seed).Generate(options.Patients));
            }

            foreach (string folder in options.Load)
            {
                loader.LoadFolder(folder);
            }
        }

        store.FinishLoading();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
