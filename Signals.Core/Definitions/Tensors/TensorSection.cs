using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>The model-ready answer of a definition: one or more tensors over the same rows.</summary>
internal sealed record TensorSection
{
    /// <summary>How sequences of different lengths are stored in the tensors.</summary>
    public TensorLayout Layout { get; init; }

    /// <summary>The side of the padding. <see cref="PaddingSide.Right"/> in a jagged layout, which has no padding.</summary>
    public PaddingSide Padding { get; init; }

    /// <summary>
    /// The mask of a padded layout, <c>[B, N]</c>: 1 where there is a row, 0 elsewhere. <c>null</c> for no mask.
    /// </summary>
    public TensorMask? Mask { get; init; }

    /// <summary>The tensors, at least one.</summary>
    public required ValueList<TensorDefinition> Outputs { get; init; }
}
