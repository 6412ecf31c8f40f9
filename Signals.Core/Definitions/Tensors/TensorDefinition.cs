using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>One tensor. The features of a row follow each other along the last axis.</summary>
internal sealed record TensorDefinition
{
    /// <summary>The tensor's name, which is the model's name for its input.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its elements.</summary>
    public TensorType Type { get; init; }

    /// <summary>The features in their order, at least one.</summary>
    public required ValueList<Feature> Features { get; init; }
}
