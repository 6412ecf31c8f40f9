namespace Signals.Arrow;

/// <summary>How a training set is written as Arrow. Immutable.</summary>
public sealed record ArrowTrainingOptions
{
    /// <summary>What the files hold.</summary>
    public SequenceBatchOptions Content { get; init; } = new();

    /// <summary>The bytes of a record batch, about; a row is never divided. 32 MiB by default. Each thread holds two at most.</summary>
    public int BatchBytes { get; init; } = 32 << 20;

    /// <summary>The rows of a record batch at most. 65,536 by default.</summary>
    public int BatchRows { get; init; } = 1 << 16;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Content);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchBytes, 1 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchBytes, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows, 1);
    }
}
