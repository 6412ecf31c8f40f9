using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.MemTables;

/// <summary>
/// Decides when the rows of an entry are to be kept in order, and links them in O(log n) per row. Copies of an event become one
/// node.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread alone. Allocates in the arena only. When the arena is full, a row is not linked and must
/// not be published.
/// </remarks>
internal sealed unsafe class MemOrderedWriter
{
    /// <summary>
    /// When this many rows lie in stale chunks, the rows of the entry are kept in order from then on. A small arena allows fewer,
    /// because there the same number of rows is a larger share of the memory.
    /// </summary>
    private const int MostStaleRows = 512;

    private const int LeastStaleRows = 16;
    private const int ArenaBytesPerStaleRow = 4096;

    /// <summary>A chunk is stale when less than one in this many of its rows is newer than all rows before the chunk.</summary>
    private const int LeastFreshShare = 8;

    private const int MostChunksBack = 16;

    private ulong _random = 0x9E3779B97F4A7C15;

    /// <summary>
    /// Called when an unsorted entry begins a new chunk: checks whether its last full chunk is stale, and starts to keep the rows
    /// in order when there were too many stale rows. False when the arena is full.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public static bool TryMarkDisorder(MemArena arena, MemEntry* entry)
    {
        if (entry->Ordered != 0)
        {
            return true;
        }

        MemChunk* chunk = (MemChunk*)arena.Pointer(entry->Tail);
        int rows = chunk->Capacity;
        for (int back = 0; chunk->FirstRow + chunk->Capacity > entry->Count; back++)
        {
            if (chunk->Previous == 0 || back == MostChunksBack)
            {
                return true; // the rows of this chunk belong to the current group and are not written yet
            }

            chunk = (MemChunk*)arena.Pointer(chunk->Previous);
        }

        int stale = entry->StaleRows + (IsStale(chunk) ? rows : -rows);
        if (stale < Math.Clamp(arena.Capacity / ArenaBytesPerStaleRow, LeastStaleRows, MostStaleRows))
        {
            entry->StaleRows = Math.Max(0, stale);
            return true;
        }

        uint reference = arena.Allocate(MemOrdered.Bytes);
        if (reference == 0)
        {
            return false;
        }

        MemOrdered* ordered = (MemOrdered*)arena.Pointer(reference);
        *ordered = new MemOrdered { OlderTail = entry->Tail, OlderRows = entry->Reserved };
        entry->Ordered = reference;
        return true;
    }

    /// <summary>
    /// Links a row that was written. A row in a chunk that is older than the list is left alone. False when the arena is full.
    /// </summary>
    public bool TryLink(MemArena arena, ChunkLayout layout, MemEntry* entry, MemChunk* chunk, int index)
    {
        MemOrdered* ordered = (MemOrdered*)arena.Pointer(entry->Ordered);
        if (chunk->FirstRow < ordered->OlderRows)
        {
            return true;
        }

        long time = ((long*)((byte*)chunk + ChunkLayout.TimesOffset))[index];
        ulong id = ((ulong*)((byte*)chunk + ChunkLayout.IdsOffset(chunk->Capacity)))[index];
        long row = ((long)arena.ReferenceOf(chunk) * MemChunk.MaxCapacity) + index;
        uint** before = stackalloc uint*[MemOrdered.MaxHeight];
        uint* links = ordered->Heads;
        for (int level = MemOrdered.MaxHeight - 1; level >= 0; level--)
        {
            while (links[level] != 0 && MemOrderedNode.Precedes((MemOrderedNode*)arena.Pointer(links[level]), time, id))
            {
                links = MemOrderedNode.Links((MemOrderedNode*)arena.Pointer(links[level]));
            }

            before[level] = &links[level];
        }

        MemOrderedNode* next = *before[0] == 0 ? null : (MemOrderedNode*)arena.Pointer(*before[0]);
        return next != null && next->Time == time && next->Id == id
            ? TryMerge(arena, layout, next, row)
            : TryInsert(arena, before, new MemOrderedNode { Time = time, Id = id, Row = row });
    }

    private bool TryInsert(MemArena arena, uint** before, in MemOrderedNode node)
    {
        int height = NextHeight();
        uint reference = arena.Allocate(MemOrderedNode.Bytes + (sizeof(uint) * height));
        if (reference == 0)
        {
            return false;
        }

        MemOrderedNode* added = (MemOrderedNode*)arena.Pointer(reference);
        *added = node;
        uint* links = MemOrderedNode.Links(added);
        for (int level = 0; level < height; level++)
        {
            links[level] = *before[level];
        }

        for (int level = 0; level < height; level++)
        {
            Volatile.Write(ref *before[level], reference);
        }

        return true;
    }

    /// <summary>
    /// Merges a copy of an event into its node. Afterwards the node names a row with the greatest cell of each column. False when
    /// the arena is full.
    /// </summary>
    private static bool TryMerge(MemArena arena, ChunkLayout layout, MemOrderedNode* node, long row)
    {
        bool isGreater = false;
        bool isLess = false;
        for (int column = 0; column < layout.Columns.Length; column++)
        {
            int order = Compare(arena, layout, column, row, node->Row);
            isGreater |= order > 0;
            isLess |= order < 0;
        }

        if (!isGreater)
        {
            return true;
        }

        if (isLess)
        {
            row = MergedRow(arena, layout, row, node->Row);
            if (row == 0)
            {
                return false;
            }
        }

        Volatile.Write(ref node->Row, row);
        return true;
    }

    /// <summary>Makes a chunk of one row with the greater cell of each column; 0 when the arena is full.</summary>
    private static long MergedRow(MemArena arena, ChunkLayout layout, long first, long second)
    {
        uint reference = arena.Allocate(layout.ChunkBytes(1));
        if (reference == 0)
        {
            return 0;
        }

        byte* merged = arena.Pointer(reference);
        byte* source = Chunk(arena, first, out int index);
        *(MemChunk*)merged = new MemChunk { Capacity = 1 };
        new Span<byte>(merged + layout.SlotsOffset(1), layout.WideColumns * sizeof(ulong)).Clear();
        *(long*)(merged + ChunkLayout.TimesOffset) = ((long*)(source + ChunkLayout.TimesOffset))[index];
        *(ulong*)(merged + ChunkLayout.IdsOffset(1)) = ((ulong*)(source + ChunkLayout.IdsOffset(((MemChunk*)source)->Capacity)))[index];
        for (int column = 0; column < layout.Columns.Length; column++)
        {
            long winner = Compare(arena, layout, column, first, second) >= 0 ? first : second;
            ReadOnlySpan<byte> cell = Cell(arena, layout, column, winner, out byte state);
            merged[layout.StatesOffset(column, 1)] = state;
            if (!layout.IsWide(column))
            {
                cell.CopyTo(new Span<byte>(merged + layout.ColumnOffset(column, 1), cell.Length));
            }
            else if (!cell.IsEmpty)
            {
                uint block = arena.Allocate(cell.Length);
                if (block == 0)
                {
                    return 0;
                }

                cell.CopyTo(new Span<byte>(arena.Pointer(block), cell.Length));
                *(uint*)(merged + layout.WideSlotOffset(column, 1)) = block;
            }
        }

        return (long)reference * MemChunk.MaxCapacity;
    }

    /// <summary>Compares two cells in merge order. Both have the stamp of streamed events.</summary>
    private static int Compare(MemArena arena, ChunkLayout layout, int column, long first, long second)
    {
        ReadOnlySpan<byte> a = Cell(arena, layout, column, first, out byte firstState);
        ReadOnlySpan<byte> b = Cell(arena, layout, column, second, out byte secondState);
        return firstState != secondState ? firstState - secondState
            : firstState != (byte)ColumnState.Value ? 0
            : layout.Columns[column].IsVariable ? Bytes(arena, a).SequenceCompareTo(Bytes(arena, b))
            : a.SequenceCompareTo(b);
    }

    /// <summary>A cell as the chunk stores it. Empty for a wide column when the chunk has no block for it.</summary>
    private static ReadOnlySpan<byte> Cell(MemArena arena, ChunkLayout layout, int column, long row, out byte state)
    {
        byte* chunk = Chunk(arena, row, out int index);
        int capacity = ((MemChunk*)chunk)->Capacity;
        int width = layout.StoredWidth(column);
        state = chunk[layout.StatesOffset(column, capacity) + index];
        if (layout.IsWide(column))
        {
            uint block = *(uint*)(chunk + layout.WideSlotOffset(column, capacity));
            return block == 0 ? [] : new ReadOnlySpan<byte>(arena.Pointer(block) + ((long)index * width), width);
        }

        return new ReadOnlySpan<byte>(chunk + layout.ColumnOffset(column, capacity) + ((long)index * width), width);
    }

    private static ReadOnlySpan<byte> Bytes(MemArena arena, ReadOnlySpan<byte> stored)
    {
        MemBytes bytes = System.Runtime.InteropServices.MemoryMarshal.Read<MemBytes>(stored);
        return new ReadOnlySpan<byte>(arena.Pointer(bytes.Reference), bytes.Length);
    }

    private static byte* Chunk(MemArena arena, long row, out int index)
    {
        index = (int)(row % MemChunk.MaxCapacity);
        return arena.Pointer((uint)(row / MemChunk.MaxCapacity));
    }

    [MethodImpl(Compile.InFull)]
    private static bool IsStale(MemChunk* chunk)
    {
        int fresh = 0;
        foreach (long time in new ReadOnlySpan<long>((byte*)chunk + ChunkLayout.TimesOffset, chunk->Capacity))
        {
            fresh += time > chunk->NewestBefore ? 1 : 0;
        }

        return fresh * LeastFreshShare < chunk->Capacity;
    }

    /// <summary>A random height: at least 1, and each further level with a chance of one quarter.</summary>
    private int NextHeight()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return Math.Min(MemOrdered.MaxHeight, 1 + (BitOperations.TrailingZeroCount(_random) / 2));
    }
}
