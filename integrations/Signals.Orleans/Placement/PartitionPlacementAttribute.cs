using Orleans.Placement;

namespace Signals.Orleans.Placement;

/// <summary>Marks the grain that <see cref="PartitionPlacement"/> places.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionPlacementAttribute() : PlacementAttribute(new PartitionPlacement())
{
}
