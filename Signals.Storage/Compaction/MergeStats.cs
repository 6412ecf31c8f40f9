namespace Signals.Storage.Compaction;

/// <summary>What one merge did. Immutable.</summary>
internal readonly record struct MergeStats
{
    /// <summary>Rows of the input tables.</summary>
    public long RowsIn { get; init; }

    /// <summary>Rows of the output tables.</summary>
    public long RowsOut { get; init; }

    /// <summary>Rows that repeated an identity and were merged into one.</summary>
    public long Duplicates { get; init; }

    /// <summary>Rows beyond the last N of their user.</summary>
    public long Trimmed { get; init; }

    /// <summary>Rows older than the max age.</summary>
    public long Expired { get; init; }

    /// <summary>Rows of erased users.</summary>
    public long Erased { get; init; }

    /// <summary>Bytes of the input files.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of the output files.</summary>
    public long BytesWritten { get; init; }
}
