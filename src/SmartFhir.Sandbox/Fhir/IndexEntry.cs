namespace SmartFhir.Sandbox.Fhir;

/// <summary>One value that a resource can be found by. Which members are set depends on the kind of the parameter.</summary>
public readonly record struct IndexEntry(string Table, string Parameter)
{
    /// <summary>Token: the system. Reference: the target's type. Quantity: the system.</summary>
    public string? System { get; init; }

    /// <summary>Token: the code. String: normalized. Reference: the target's id. Uri: the URI. Quantity: the unit's code.</summary>
    public string? Value { get; init; }

    /// <summary>String: as it stands. Token: the display text. Quantity: the unit.</summary>
    public string? Text { get; init; }

    /// <summary>Date: the first instant in ticks. Number and quantity: the value.</summary>
    public object? Low { get; init; }

    /// <summary>Date: the first instant behind it in ticks.</summary>
    public object? High { get; init; }
}
