using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Storage.MemTables;

/// <summary>A user's rows of one event type in a memtable: one cache line in the arena.</summary>
/// <remarks>
/// Thread contract: one writer. Readers load <see cref="Count"/> with acquire and then everything else: the
/// bounds, the flag and the tail were stored before the count that covers them was released, so they hold for
/// every row that the count shows, and may already hold for later ones.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct MemEntry
{
    public const int Bytes = 64;

    public UserId User;
    public long Newest;
    public long Oldest;

    /// <summary>While sorted the time of the last row; then, in halves, what <see cref="Ordered"/> and <see cref="StaleRows"/> say.</summary>
    private long _last;

    /// <summary>Rows that readers may see.</summary>
    public int Count;

    /// <summary>Rows written or being written; the writer's own.</summary>
    public int Reserved;

    public uint Tail;
    public uint NextEntry;
    public ushort EventType;

    /// <summary>1 when some row is not strictly newer than the one before it, so that reading must sort.</summary>
    public byte Unsorted;

    /// <summary>Capacity of the tail chunk, here as well so that the writer need not fetch the chunk's header; the writer's own.</summary>
    public byte TailCapacity;

    /// <summary>Rows that the chunks up to the tail have places for; 0 without one. The writer's own.</summary>
    public int TailEnd;

    /// <summary>The time of the last row; only while <see cref="Unsorted"/> is 0. The writer's own.</summary>
    public long LastTime
    {
        readonly get => _last;
        set => _last = value;
    }

    /// <summary>Arena reference of the <see cref="MemOrdered"/> of the later rows, or 0; only after <see cref="Unsorted"/> was seen to be 1.</summary>
    public uint Ordered
    {
        get => (uint)Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>Rows of late in chunks that tell readers little; only while unsorted and not <see cref="Ordered"/>. The writer's own.</summary>
    public int StaleRows
    {
        readonly get => (int)(_last >>> 32);
        set => Volatile.Write(ref _last, (long)value << 32);
    }

    /// <summary>Gives up being sorted, for good.</summary>
    public void MarkUnsorted()
    {
        Volatile.Write(ref _last, 0);
        Volatile.Write(ref Unsorted, 1);
    }
}
