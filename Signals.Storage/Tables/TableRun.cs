using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>What holds for all rows of a table. Immutable; any thread.</summary>
/// <param name="Kind">What the rows are.</param>
/// <param name="Stamp">The stamp of every insertion and cell that has none of its own.</param>
/// <param name="Parts">Which stamps rows have of their own.</param>
internal readonly record struct TableRun(RunKind Kind, Stamp Stamp, StampParts Parts)
{
    /// <summary>Events as the store streamed them.</summary>
    public static TableRun Streamed => new(RunKind.Events, Stamp.Streamed, StampParts.None);

    /// <summary>When a row was inserted that does not say so itself.</summary>
    public ulong DefaultInserted => Kind == RunKind.Events ? Stamp.Value : 0;

    /// <summary>What a reader must know to understand the table; see <see cref="TableFormat"/>.</summary>
    public uint CriticalFlags => (uint)Parts | (Kind == RunKind.Patches ? TableFormat.PatchesFlag : 0);

    /// <summary>Whether kind, stamp and parts can be together.</summary>
    public bool IsValid => Stamp.IsValid && Kind <= RunKind.Patches && Parts <= (StampParts.Existence | StampParts.Cells)
        && !(Kind == RunKind.Patches && (Parts & StampParts.Existence) != 0);
}
