using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>One event of a <see cref="MemOrdered"/>; after it come, per level, the arena references of the next older nodes.</summary>
/// <remarks>Thread contract: key and height never change; the row and the references are replaced with release stores.</remarks>
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
