namespace Signals.Core.Definitions;

/// <summary>The event's time since the Unix epoch, UTC. One element; a tensor of <see cref="TensorType.Int64"/> or <see cref="TensorType.Float64"/> holds it exactly.</summary>
public sealed record TimeFeature : Feature
{
    /// <summary>The unit; fractions are kept where the tensor's type holds them.</summary>
    public TimeUnit Unit { get; init; }
}
