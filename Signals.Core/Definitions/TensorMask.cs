namespace Signals.Core.Definitions;

/// <summary>A tensor that says where rows are.</summary>
public sealed record TensorMask
{
    /// <summary>The tensor's name, as the model calls its input.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its elements.</summary>
    public TensorType Type { get; init; } = TensorType.Boolean;
}
