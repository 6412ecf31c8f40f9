using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>
/// The event's time since the Unix epoch, UTC. One element. A tensor of <see cref="TensorType.Int64"/> or
/// <see cref="TensorType.Float64"/> holds it exactly.
/// </summary>
internal sealed record TimeFeature : Feature
{
    /// <summary>The unit of the number. Fractions are kept when the tensor's type can hold them.</summary>
    public TimeUnit Unit { get; init; }
}
