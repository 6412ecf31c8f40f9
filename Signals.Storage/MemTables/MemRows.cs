using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>The rows of one user and event type that were visible when it was looked up.</summary>
/// <remarks>
/// Thread contract: immutable; valid while the reader's epoch or the memtable's owner keeps the arena alive.
/// A row is named by <c>chunk reference x 64 + index in the chunk</c>.
/// </remarks>
internal readonly unsafe struct MemRows
{
    private readonly MemTable _table;
    private readonly MemEntry* _entry;

    internal MemRows(MemTable table, MemEntry* entry, int count)
    {
        _table = table;
        _entry = entry;
        Count = count;
        Newest = entry->Newest;
        Oldest = entry->Oldest;
        IsSorted = Volatile.Read(ref entry->Unsorted) == 0;
    }

    public int Count { get; }

    /// <summary>No visible row is newer.</summary>
    public long Newest { get; }

    /// <summary>No visible row is older.</summary>
    public long Oldest { get; }

    /// <summary>Each row is strictly newer than the one that arrived before it.</summary>
    public bool IsSorted { get; }

    public UserId User => _entry->User;

    public ushort EventType => _entry->EventType;

    public MemTable Table => _table;

    /// <summary>Writes the keys of the newest-arrived <c>destination.Length</c> rows, last arrival first.</summary>
    public void CopyKeys(Span<RowKey> destination, int source)
    {
        MemSlices slices = Slices();
        int filled = 0;
        while (filled < destination.Length && slices.MoveNext())
        {
            byte* chunk = (byte*)slices.Chunk;
            long* times = (long*)(chunk + ChunkLayout.TimesOffset);
            ulong* ids = (ulong*)(chunk + ChunkLayout.IdsOffset(slices.Chunk->Capacity));
            for (int index = slices.Count - 1; index >= 0 && filled < destination.Length; index--)
            {
                destination[filled++] = new RowKey(times[index], ids[index], slices.Row(index), source);
            }
        }
    }

    /// <summary>The chunks, last arrivals first.</summary>
    public MemSlices Slices() => new(_table.Arena, _entry->Tail, Count);
}
