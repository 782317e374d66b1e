using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SmartFhir.Sandbox.Authorization;

/// <summary>One authorization request on its way through the pages.</summary>
public sealed class Interaction
{
    public required string Id { get; init; }

    /// <summary>The request's parameters, to go back to the authorization endpoint with.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    public required string ClientName { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Ties the pages to the browser that started them.</summary>
    public required string FormToken { get; init; }

    /// <summary>Who signed in, as a reference; null before that.</summary>
    public string? User { get; set; }

    /// <summary>The chosen patient's id; null before that, or when none is needed.</summary>
    public string? PatientId { get; set; }

    /// <summary>What the person allowed; null before that.</summary>
    public IReadOnlyList<string>? Granted { get; set; }

    public bool Denied { get; set; }

    public bool NeedsPatient => SmartScopes.NeedsPatient(Scopes);

    /// <summary>The page that comes next, or null when the request can be answered.</summary>
    public string? NextPage => Denied || Granted is not null
        ? null
        : User is null ? Endpoints.Login : NeedsPatient && PatientId is null ? Endpoints.Patient : Endpoints.Consent;
}

/// <summary>The authorization requests under way, for ten minutes each.</summary>
public sealed class InteractionStore(TimeProvider? time = null)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (Interaction Interaction, DateTimeOffset Ends)> _items = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public Interaction Start(IReadOnlyList<KeyValuePair<string, string>> parameters, string clientName, IReadOnlyList<string> scopes)
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach (string id in _items.Where(item => item.Value.Ends < now).Select(item => item.Key))
        {
            _items.TryRemove(id, out _);
        }

        var interaction = new Interaction { Id = Random(), FormToken = Random(), Parameters = parameters, ClientName = clientName, Scopes = scopes };
        _items[interaction.Id] = (interaction, now + Lifetime);
        return interaction;
    }

    public Interaction? Find(string? id) => id is not null && _items.TryGetValue(id, out (Interaction Interaction, DateTimeOffset Ends) item) && item.Ends >= _time.GetUtcNow() ? item.Interaction : null;

    public void Remove(Interaction interaction) => _items.TryRemove(interaction.Id, out _);

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
