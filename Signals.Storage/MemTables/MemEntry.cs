using System.Runtime.InteropServices;

namespace Signals.Storage.MemTables;

/// <summary>A user's rows of one event type in a memtable: one cache line in the arena.</summary>
/// <remarks>
/// Thread contract: one writer. Readers load <see cref="Count"/> with acquire and everything else afterwards. The bounds, the
/// flag and the tail are stored before the count that covers them is released. So they hold for every row that the count covers,
/// and may already include later rows.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct MemEntry
{
    public const int Bytes = 64;

    public UserId User;
    public long Newest;
    public long Oldest;

    /// <summary>
    /// While the rows are sorted, the time of the last row. After that, <see cref="Ordered"/> is in the low half and
    /// <see cref="StaleRows"/> in the high half.
    /// </summary>
    private long _last;

    /// <summary>Number of rows that readers may see.</summary>
    public int Count;

    /// <summary>Number of rows that are written or being written. Used by the writer only.</summary>
    public int Reserved;

    public uint Tail;
    public uint NextEntry;
    public ushort EventType;

    /// <summary>1 when some row is not strictly newer than the row before it, so that a reader must sort.</summary>
    public byte Unsorted;

    /// <summary>
    /// Capacity of the tail chunk, kept here so that the writer need not fetch the header of the chunk. Used by the writer only.
    /// </summary>
    public byte TailCapacity;

    /// <summary>
    /// Number of rows that the chunks up to the tail have room for; 0 when there is no chunk. Used by the writer only.
    /// </summary>
    public int TailEnd;

    /// <summary>The time of the last row. Valid only while <see cref="Unsorted"/> is 0. Used by the writer only.</summary>
    public long LastTime
    {
        readonly get => _last;
        set => _last = value;
    }

    /// <summary>
    /// Arena reference of the <see cref="MemOrdered"/> that links the later rows; 0 when there is none. Read it only after
    /// <see cref="Unsorted"/> was seen to be 1.
    /// </summary>
    public uint Ordered
    {
        get => (uint)Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>
    /// Number of recent rows in stale chunks, as <see cref="MemOrderedWriter"/> counts them. Valid only while the entry is
    /// unsorted and has no <see cref="Ordered"/>. Used by the writer only.
    /// </summary>
    public int StaleRows
    {
        readonly get => (int)(_last >>> 32);
        set => Volatile.Write(ref _last, (long)value << 32);
    }

    /// <summary>Marks the entry as unsorted, for good.</summary>
    public void MarkUnsorted()
    {
        Volatile.Write(ref _last, 0);
        Volatile.Write(ref Unsorted, 1);
    }
}
