using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// One patch run that is being folded: which of its rows are done with, and a few of those that wait. One thread, used once.
/// </summary>
/// <param name="Table">The run, open.</param>
/// <param name="Gone">Rows that need no run any more; earlier folds may have found some. Grows.</param>
/// <param name="IsGraceOver">Whether rows without their event are dropped now.</param>
internal sealed record FoldInput(Table Table, RowSet Gone, bool IsGraceOver)
{
    /// <summary>Some of the rows that wait for their event.</summary>
    public List<OrphanKey> Waiting { get; } = [];

    /// <summary>Whether a row is gone that must not stay in any file: erased, expired or out of reach.</summary>
    public bool HoldsUnreachable { get; set; }

    /// <summary>Rows that are left.</summary>
    public long Left => Table.Meta.Rows - Gone.Count;
}
