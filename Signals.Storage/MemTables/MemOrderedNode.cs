using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>
/// One event of a <see cref="MemOrdered"/>. For each level, the arena reference of the next older node follows it.
/// </summary>
/// <remarks>
/// Thread contract: key and height never change. The writer replaces the row and the references with release stores.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemOrderedNode
{
    public const int Bytes = 24;

    public long Time;
    public ulong Id;

    /// <summary>The row with the greatest cells of all copies of the event so far.</summary>
    public long Row;

    public static uint* Links(MemOrderedNode* node) => (uint*)((byte*)node + Bytes);

    public static bool Precedes(MemOrderedNode* node, long time, ulong id) => node->Time > time || (node->Time == time && node->Id < id);
}
