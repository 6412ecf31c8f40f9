namespace Signals.Orleans.Placement;

/// <summary>Places the owner of a partition where its freshest replica is, by rendezvous order among equals. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.partition-placement")]
internal sealed class PartitionPlacement : PlacementStrategy
{
}
