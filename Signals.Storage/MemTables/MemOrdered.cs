using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>
/// The distinct events of one user and type in order, in the arena: a skip list, newest first. An entry gets one when its rows come so
/// far out of order that a reader would have to look at them all; the rows of before stay as they are, in the chunks up to
/// <see cref="OlderTail"/>.
/// </summary>
/// <remarks>
/// Thread contract: one writer inserts with release stores, see <see cref="MemOrderedWriter"/>; readers walk without locks.
/// Invariant: each row after the first <see cref="OlderRows"/> is linked, or no greater in any cell than a copy of its event that is, before
/// the count that covers it is published. Lifetime: that of the arena.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemOrdered
{
    public const int MaxHeight = 12;
    public const int Bytes = 8 + (sizeof(uint) * MaxHeight);

    /// <summary>Arena reference of the last chunk of the rows that are not in here.</summary>
    public uint OlderTail;

    /// <summary>How many rows are not in here: the first to arrive.</summary>
    public int OlderRows;

    /// <summary>Per level the arena reference of the newest node; 0 for none.</summary>
    public fixed uint Heads[MaxHeight];
}
