using Signals.Storage.Compaction;

namespace Signals.Storage.Engine.Compacting;

/// <summary>Sums over all compactions since the store was opened.</summary>
internal readonly record struct CompactionTotals
{
    public long Compactions { get; init; }

    public long Merged { get; init; }

    public long Dropped { get; init; }

    public long BytesRead { get; init; }

    public long BytesWritten { get; init; }

    public long TablesExpired { get; init; }

    public long Folds { get; init; }

    public long RowsFolded { get; init; }

    public long FoldBytesWritten { get; init; }

    public long OrphansDropped { get; init; }

    public CompactionTotals Plus(FoldStats fold) => this with
    {
        Folds = Folds + 1,
        RowsFolded = RowsFolded + fold.Folded,
        FoldBytesWritten = FoldBytesWritten + fold.ColumnBytesWritten + fold.OrphanBytesWritten,
        OrphansDropped = OrphansDropped + fold.OrphansDropped,
        BytesRead = BytesRead + fold.BytesRead,
        BytesWritten = BytesWritten + fold.ColumnBytesWritten + fold.OrphanBytesWritten,
        Dropped = Dropped + fold.Unreachable,
    };

    public CompactionTotals Plus(MergeStats merge) => this with
    {
        Compactions = Compactions + 1,
        Merged = Merged + merge.Duplicates,
        Dropped = Dropped + merge.Trimmed + merge.Expired + merge.Erased,
        BytesRead = BytesRead + merge.BytesRead,
        BytesWritten = BytesWritten + merge.BytesWritten,
    };
}
