using System.Numerics;
using Signals.Core.Columns;

namespace Signals.Storage.MemTables;

/// <summary>
/// Decides when the rows of an entry are to be kept in order, and links them: O(log n) a row, copies of an event become one.
/// </summary>
/// <remarks>Thread contract: the ingest thread alone. Allocates in the arena only; when that is full, a row is not linked and must not be published.</remarks>
internal sealed unsafe class MemOrderedWriter
{
    /// <summary>
    /// So many rows may lie in chunks that tell a reader hardly anything before the entry's rows are kept in order; fewer in a small arena, where
    /// they are as great a share of what there is.
    /// </summary>
    private const int MostStaleRows = 512;

    private const int LeastStaleRows = 16;
    private const int ArenaBytesPerStaleRow = 4096;

    /// <summary>A chunk is stale when less than this share of its rows is newer than all rows before it.</summary>
    private const int LeastFreshShare = 8;

    private const int MostChunksBack = 16;

    private ulong _random = 0x9E3779B97F4A7C15;

    /// <summary>
    /// Looks at how the last full chunk of an unsorted entry came, as a new one is begun; false when the arena is full.
    /// </summary>
    public static bool TryNoteDisorder(MemArena arena, MemEntry* entry)
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
                return true; // rows of this group, not written yet
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

    /// <summary>Links a row that is written; false when the arena is full. A row of the chunks before the order began is left alone.</summary>
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

    /// <summary>Lets a copy take part in the merge of the event's cells: the node shows the greatest of each column afterwards.</summary>
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

    /// <summary>The merge order of two cells with the stamp of what is streamed.</summary>
    private static int Compare(MemArena arena, ChunkLayout layout, int column, long first, long second)
    {
        ReadOnlySpan<byte> a = Cell(arena, layout, column, first, out byte firstState);
        ReadOnlySpan<byte> b = Cell(arena, layout, column, second, out byte secondState);
        return firstState != secondState ? firstState - secondState
            : firstState != (byte)ColumnState.Value ? 0
            : layout.Columns[column].IsVariable ? Bytes(arena, a).SequenceCompareTo(Bytes(arena, b))
            : a.SequenceCompareTo(b);
    }

    /// <summary>A cell as the chunk stores it; nothing for one without a value in a wide column of which the chunk has no block.</summary>
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

    private static bool IsStale(MemChunk* chunk)
    {
        int fresh = 0;
        foreach (long time in new ReadOnlySpan<long>((byte*)chunk + ChunkLayout.TimesOffset, chunk->Capacity))
        {
            fresh += time > chunk->NewestBefore ? 1 : 0;
        }

        return fresh * LeastFreshShare < chunk->Capacity;
    }

    /// <summary>1, and one more with a chance of a quarter each.</summary>
    private int NextHeight()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return Math.Min(MemOrdered.MaxHeight, 1 + (BitOperations.TrailingZeroCount(_random) / 2));
    }
}
