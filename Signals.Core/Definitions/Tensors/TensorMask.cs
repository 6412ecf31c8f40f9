using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>A tensor that marks the places that have a row.</summary>
internal sealed record TensorMask
{
    /// <summary>The tensor's name, which is the model's name for its input.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its elements.</summary>
    public TensorType Type { get; init; } = TensorType.Boolean;
}
