namespace Signals.Core.Definitions;

/// <summary>An enricher whose columns the definition uses.</summary>
public sealed record EnrichmentUse
{
    /// <summary>The name in the enricher's signature.</summary>
    public required string Name { get; init; }

    /// <summary>Where its values come from.</summary>
    public PlacementChoice Placement { get; init; }

    /// <summary>How long it may take at serving before the answer goes without it, flagged; <c>null</c> for what is left of the deadline.</summary>
    public TimeSpan? Timeout { get; init; }
}
