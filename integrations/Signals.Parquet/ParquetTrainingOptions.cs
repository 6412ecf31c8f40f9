namespace Signals.Parquet;

/// <summary>How a training set is written as Parquet. Immutable.</summary>
public sealed record ParquetTrainingOptions
{
    /// <summary>Whether the columns of the definition's answer are written, a list for each. True by default.</summary>
    public bool Columns { get; init; } = true;

    /// <summary>Whether the tensors of the definition are written. True by default.</summary>
    public bool Tensors { get; init; } = true;

    /// <summary>
    /// Whether each column is followed by a list <c>NAME:state</c> of its states: 0 absent, 1 null, 2 value. Without it absent and null are
    /// one thing. False by default.
    /// </summary>
    public bool States { get; init; }

    /// <summary>
    /// The bytes of a row group before it is encoded and compressed, about; a row is never divided. 64 MiB by default, from 64 KiB to
    /// 1 GiB. Each thread holds one for each definition, and about half as much again while it is written.
    /// </summary>
    public int RowGroupBytes { get; init; } = 64 << 20;

    /// <summary>The level of Zstandard, 1 to 22. 1 by default.</summary>
    public int CompressionLevel { get; init; } = 1;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RowGroupBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RowGroupBytes, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(CompressionLevel, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CompressionLevel, 22);
    }
}
