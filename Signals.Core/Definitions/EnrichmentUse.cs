using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>An enricher that the definition uses.</summary>
internal sealed record EnrichmentUse
{
    /// <summary>The name in the enricher's signature.</summary>
    public required string Name { get; init; }

    /// <summary>Where the values of the enrichment come from.</summary>
    public PlacementChoice Placement { get; init; }

    /// <summary>
    /// How long the enricher may take at serving. When it takes longer, the answer goes without its values and says so.
    /// <c>null</c> for the rest of the deadline.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
