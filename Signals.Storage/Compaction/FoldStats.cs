namespace Signals.Storage.Compaction;

/// <summary>What one fold did. Immutable.</summary>
internal readonly record struct FoldStats
{
    /// <summary>Rows of patches read.</summary>
    public long RowsIn { get; init; }

    /// <summary>Rows of patches that met their event. They are in no patch run any more.</summary>
    public long Folded { get; init; }

    /// <summary>Rows of patches whose event may still come.</summary>
    public long Held { get; init; }

    /// <summary>Orphans that were dropped because their grace period is over.</summary>
    public long OrphansDropped { get; init; }

    /// <summary>Rows of patches for events that are erased, expired or out of reach.</summary>
    public long Unreachable { get; init; }

    /// <summary>Bytes read.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of the column files written.</summary>
    public long ColumnBytesWritten { get; init; }

    /// <summary>Bytes written for the tables of waiting orphans.</summary>
    public long OrphanBytesWritten { get; init; }

    /// <summary>The same counts in the form of a merge of the patches.</summary>
    public MergeStats AsMerge => new()
    {
        RowsIn = RowsIn,
        RowsOut = Held,
        Duplicates = Folded,
        Trimmed = Unreachable,
        Expired = OrphansDropped,
        BytesRead = BytesRead,
        BytesWritten = ColumnBytesWritten + OrphanBytesWritten,
    };
}
