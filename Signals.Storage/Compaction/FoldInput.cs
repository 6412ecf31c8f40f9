using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// One patch run that is being folded. It knows which of its rows need no further work, and a few of the rows that wait. Thread
/// contract: one thread. Lifetime: one fold.
/// </summary>
/// <param name="Table">The patch run, open.</param>
/// <param name="Gone">Rows that no longer need to be kept. Earlier folds may have found some; this fold adds more.</param>
/// <param name="IsGraceOver">Whether rows whose event is missing are dropped now.</param>
internal sealed record FoldInput(Table Table, RowBits Gone, bool IsGraceOver)
{
    /// <summary>Some of the rows that wait for their event.</summary>
    public List<OrphanKey> Waiting { get; } = [];

    /// <summary>Whether a row was found that must not stay in any file, because it is erased, expired or out of reach.</summary>
    public bool HoldsUnreachable { get; set; }

    /// <summary>How many rows are left.</summary>
    public long Left => Table.Meta.Rows - Gone.Count;
}
