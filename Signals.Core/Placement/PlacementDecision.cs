using Signals.Enrichment;

namespace Signals.Core.Placement;

/// <summary>Where an enrichment is computed for new events, and how close a change is. Immutable.</summary>
/// <param name="Placement">Indexing or serving.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="SinceMs">
/// Since when the placement holds, in milliseconds since the Unix epoch; <see cref="long.MinValue"/> when it holds from the
/// start.
/// </param>
/// <param name="Against">How many decisions in a row wanted the other placement.</param>
internal readonly record struct PlacementDecision(StepPhase Placement, PlacementRule Rule, long SinceMs, int Against)
{
    public static PlacementDecision Initial { get; } = new(StepPhase.Serving, PlacementRule.Unmeasured, long.MinValue, 0);

    public bool IsStored => Placement == StepPhase.Indexing;
}
