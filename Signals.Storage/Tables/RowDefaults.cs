using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>What holds for all rows of a table. Immutable; any thread.</summary>
/// <param name="Kind">What the rows are.</param>
/// <param name="Stamp">The stamp of every insertion and cell that has no individual stamp.</param>
/// <param name="Parts">The stamps that rows have individually.</param>
internal readonly record struct RowDefaults(RunKind Kind, Stamp Stamp, StampParts Parts)
{
    /// <summary>A table of events that the store streamed.</summary>
    public static RowDefaults Streamed => new(RunKind.Events, Stamp.Streamed, StampParts.None);

    /// <summary>The stamp of insertion of a row that has no individual one.</summary>
    public ulong DefaultInserted => Kind == RunKind.Events ? Stamp.Value : 0;

    /// <summary>The flags that a reader must understand to read the table; see <see cref="TableFormat"/>.</summary>
    public uint CriticalFlags => (uint)Parts | (Kind == RunKind.Patches ? TableFormat.PatchesFlag : 0);

    /// <summary>Whether kind, stamp and parts fit together.</summary>
    public bool IsValid => Stamp.IsValid && Kind <= RunKind.Patches && Parts <= (StampParts.Existence | StampParts.Cells)
        && !(Kind == RunKind.Patches && (Parts & StampParts.Existence) != 0);
}
