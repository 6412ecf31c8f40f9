namespace Signals.Core.Definitions;

/// <summary>The model-ready answer of a definition: some tensors over the same rows.</summary>
public sealed record TensorSection
{
    /// <summary>How sequences of different lengths stand in the tensors.</summary>
    public TensorLayout Layout { get; init; }

    /// <summary>Where padding goes; <see cref="PaddingSide.Right"/> in a jagged layout, which has none.</summary>
    public PaddingSide Padding { get; init; }

    /// <summary>The mask of a padded layout, <c>[B, N]</c>: 1 where there is a row, 0 where there is none. <c>null</c> for no mask.</summary>
    public TensorMask? Mask { get; init; }

    /// <summary>The tensors, at least one.</summary>
    public required ValueList<TensorDefinition> Outputs { get; init; }
}
