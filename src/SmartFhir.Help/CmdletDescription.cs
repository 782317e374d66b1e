namespace SmartFhir.Help;

/// <summary>A cmdlet as the assembly and its documentation describe it.</summary>
internal sealed record CmdletDescription
{
    public required string Verb { get; init; }

    public required string Noun { get; init; }

    public string Name => $"{Verb}-{Noun}";

    public required string Synopsis { get; init; }

    public required IReadOnlyList<string> Description { get; init; }

    public required IReadOnlyList<ExampleDescription> Examples { get; init; }

    public required IReadOnlyList<ParameterDescription> Parameters { get; init; }

    /// <summary>The parameter sets, the default one first; one without a name when there are none.</summary>
    public required IReadOnlyList<string> ParameterSets { get; init; }

    public required IReadOnlyList<string> OutputTypes { get; init; }

    /// <summary>Text and, where there is one, address of each related link.</summary>
    public required IReadOnlyList<(string Text, string Address)> Links { get; init; }
}

/// <summary>An example: the command, and what it is for.</summary>
internal sealed record ExampleDescription(string Code, IReadOnlyList<string> Remarks);

/// <summary>A parameter with its place in each parameter set.</summary>
internal sealed record ParameterDescription
{
    public required string Name { get; init; }

    public required string TypeName { get; init; }

    public required bool IsSwitch { get; init; }

    public required bool IsArray { get; init; }

    public required IReadOnlyList<string> Text { get; init; }

    public required string? Default { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>The only values, from an enum or ValidateSet; empty when any goes.</summary>
    public required IReadOnlyList<string> Values { get; init; }

    public required IReadOnlyList<ParameterPlace> Places { get; init; }

    /// <summary>The place in a parameter set; null when the parameter is not in it.</summary>
    public ParameterPlace? In(string set) =>
        Places.FirstOrDefault(place => place.Set == set) ?? Places.FirstOrDefault(place => place.Set == ParameterPlace.AllSets);
}

/// <summary>How a parameter takes part in a parameter set.</summary>
internal sealed record ParameterPlace(string Set, bool Mandatory, int? Position, bool FromPipeline, bool FromPipelineByName)
{
    /// <summary>The engine's name for "every parameter set".</summary>
    public const string AllSets = "__AllParameterSets";

    /// <summary>As Get-Help writes it.</summary>
    public string PipelineInput => (FromPipeline, FromPipelineByName) switch
    {
        (true, true) => "true (ByValue, ByPropertyName)",
        (true, false) => "true (ByValue)",
        (false, true) => "true (ByPropertyName)",
        _ => "false",
    };
}
