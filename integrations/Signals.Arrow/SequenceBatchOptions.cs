namespace Signals.Arrow;

/// <summary>What record batches of sequences hold. Immutable.</summary>
public sealed record SequenceBatchOptions
{
    /// <summary>Whether the columns of the answer are in the batch, one list for each sequence. The default is true.</summary>
    public bool Columns { get; init; } = true;

    /// <summary>Whether the definition's tensors are in the batch. The default is true.</summary>
    public bool Tensors { get; init; } = true;

    /// <summary>
    /// Whether each column <c>NAME</c> is followed by <c>NAME:state</c> with 0 for absent, 1 for null and 2 for a value. The default is
    /// false: Arrow's validity bitmap then says only whether there is a value.
    /// </summary>
    public bool States { get; init; }
}
