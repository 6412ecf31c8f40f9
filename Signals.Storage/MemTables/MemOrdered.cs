using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>
/// The distinct events of one user and event type in order: a skip list in the arena, newest first. An entry gets one when its
/// rows arrive so far out of order that a reader would have to look at all of them. Rows that arrived before stay where they are,
/// in the chunks up to <see cref="OlderTail"/>.
/// </summary>
/// <remarks>
/// Thread contract: one writer inserts with release stores (see <see cref="MemOrderedWriter"/>); readers walk without locks.
/// Invariant: before the count that covers a row after the first <see cref="OlderRows"/> is published, the row is linked, or a
/// linked copy of its event is at least as great in every cell. Lifetime: that of the arena.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemOrdered
{
    public const int MaxHeight = 12;
    public const int Bytes = 8 + (sizeof(uint) * MaxHeight);

    /// <summary>Arena reference of the last chunk of the rows that are not in this list.</summary>
    public uint OlderTail;

    /// <summary>How many rows are not in this list: those that arrived before it was created.</summary>
    public int OlderRows;

    /// <summary>For each level, the arena reference of the newest node; 0 when there is none.</summary>
    public fixed uint Heads[MaxHeight];
}
