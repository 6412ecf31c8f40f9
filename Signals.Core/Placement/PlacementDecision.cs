using Signals.Core.Enrichment;

namespace Signals.Core.Placement;

/// <summary>Where an enrichment is computed for new events, and how far a change is on its way. Immutable.</summary>
/// <param name="Placement">Indexing or serving.</param>
/// <param name="Rule">What decided so.</param>
/// <param name="SinceMs">Since when, in milliseconds since the Unix epoch; the least of all when it was so from the start.</param>
/// <param name="Against">How many decisions in a row wanted the other place.</param>
internal readonly record struct PlacementDecision(EnrichmentPlacement Placement, PlacementRule Rule, long SinceMs, int Against)
{
    public static PlacementDecision Initial { get; } = new(EnrichmentPlacement.Serving, PlacementRule.Unmeasured, long.MinValue, 0);

    public bool IsStored => Placement == EnrichmentPlacement.Indexing;
}
