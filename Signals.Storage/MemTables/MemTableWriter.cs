using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// Appends decoded batches to a memtable in groups of rows, so that the cache misses of a group overlap. The steps are: hash and
/// prefetch; find the entries and reserve a place for each row; write column by column; publish the counts. For users whose
/// events arrive far out of order, the rows are linked in order before they are published.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread alone. Allocates nothing on the managed heap. A row is published completely or not at all:
/// when the arena is full, the group ends before that row, and the places reserved after it are given back.
/// </remarks>
internal sealed unsafe class MemTableWriter
{
    private const int Group = 32;

    private readonly ulong[] _hashes = new ulong[Group];
    private readonly Place[] _places = new Place[Group];
    private readonly MemOrderedWriter _ordered = new();
    private bool _hasOrdered;

    /// <summary>
    /// Appends rows from <paramref name="firstRow"/> on. Returns the first row that found no room, or the number of rows when all
    /// fit.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public int Append(MemTable table, BatchRows rows, int firstRow)
    {
        ChunkLayout layout = table.Layout(rows.EventType.Id);
        int wanted;
        for (int start = firstRow; start < rows.Count; start += wanted)
        {
            // The first row is appended alone. An empty arena has room for any single row, but not if later rows of a group
            // reserve it first.
            wanted = table.Rows == 0 ? 1 : Math.Min(Group, rows.Count - start);
            PrefetchEntries(table, rows, start, wanted);
            int reserved = Reserve(table, layout, rows, start, wanted);
            int whole = Scatter(table, layout, rows, start, reserved);
            whole = _hasOrdered ? Link(table.Arena, layout, whole) : whole;
            Publish(whole, reserved);
            table.PublishRows(whole);
            if (whole < wanted)
            {
                return start + whole;
            }
        }

        return rows.Count;
    }

    [MethodImpl(Compile.InFull)]
    private void PrefetchEntries(MemTable table, BatchRows rows, int start, int count)
    {
        MemIndex index = table.Index;
        for (int i = 0; i < count; i++)
        {
            ulong hash = MemIndex.Hash(rows.User(start + i).Hash64, rows.EventType.Id);
            _hashes[i] = hash;
            index.PrefetchSlot(hash);
        }

        for (int i = 0; i < count; i++)
        {
            index.PrefetchEntry(_hashes[i]);
        }
    }

    [MethodImpl(Compile.InFull)]
    private int Reserve(MemTable table, ChunkLayout layout, BatchRows rows, int start, int count)
    {
        ReadOnlySpan<long> times = rows.Times;
        _hasOrdered = false;
        for (int i = 0; i < count; i++)
        {
            UserId user = rows.User(start + i);
            MemEntry* entry = table.FindOrAdd(user, rows.EventType.Id, _hashes[i]);
            if (entry == null || !HasRoom(table.Arena, layout, entry))
            {
                return i;
            }

            int capacity = entry->TailCapacity;
            int index = entry->Reserved - (entry->TailEnd - capacity);
            byte* chunk = table.Arena.Pointer(entry->Tail);
            entry->Reserved++;
            WidenBounds(entry, times[start + i]);
            _places[i] = new Place(entry, chunk, index, capacity);
            Prefetch.Line(ref ((long*)(chunk + ChunkLayout.TimesOffset))[index]);
            Prefetch.Line(ref ((ulong*)(chunk + ChunkLayout.IdsOffset(capacity)))[index]);
        }

        return count;
    }

    [MethodImpl(Compile.InFull)]
    private static bool HasRoom(MemArena arena, ChunkLayout layout, MemEntry* entry)
    {
        if (entry->Reserved < entry->TailEnd)
        {
            return true;
        }

        if (entry->Unsorted != 0 && entry->Tail != 0 && !MemOrderedWriter.TryMarkDisorder(arena, entry))
        {
            return false;
        }

        int capacity = entry->Tail == 0 ? MemChunk.FirstCapacity : layout.NextCapacity(entry->TailCapacity);
        uint reference = arena.Allocate(layout.ChunkBytes(capacity));
        if (reference == 0)
        {
            return false;
        }

        MemChunk* chunk = (MemChunk*)arena.Pointer(reference);
        *chunk = new MemChunk { Previous = entry->Tail, Capacity = capacity, FirstRow = entry->Reserved, NewestBefore = entry->Newest };
        new Span<byte>((byte*)chunk + layout.SlotsOffset(capacity), layout.WideColumns * sizeof(ulong)).Clear();
        entry->TailCapacity = (byte)capacity;
        entry->TailEnd = entry->Reserved + capacity;
        Volatile.Write(ref entry->Tail, reference);
        return true;
    }

    /// <summary>
    /// Updates the bounds of the entry before its count is published, so that they always hold for the visible rows.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    private void WidenBounds(MemEntry* entry, long time)
    {
        if (entry->Unsorted != 0)
        {
            _hasOrdered |= entry->Ordered != 0;
        }
        else if (time <= entry->LastTime && entry->Reserved > 1)
        {
            entry->MarkUnsorted();
        }
        else
        {
            entry->LastTime = time;
        }

        entry->Newest = Math.Max(entry->Newest, time);
        entry->Oldest = Math.Min(entry->Oldest, time);
    }

    /// <summary>Writes keys and columns of the reserved rows. Returns how many rows were written completely.</summary>
    [MethodImpl(Compile.InFull)]
    private int Scatter(MemTable table, ChunkLayout layout, BatchRows rows, int start, int count)
    {
        ReadOnlySpan<long> times = rows.Times.Slice(start, count);
        ReadOnlySpan<ulong> ids = rows.Ids.Slice(start, count);
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            byte* chunk = place.Chunk;
            ((long*)(chunk + ChunkLayout.TimesOffset))[place.Index] = times[i];
            ((ulong*)(chunk + ChunkLayout.IdsOffset(place.Capacity)))[place.Index] = ids[i];
        }

        for (int column = 0; column < layout.Columns.Length && count > 0; column++)
        {
            ScatterStates(layout, rows.States(column).Slice(start, count), column);
            if (layout.Columns[column].IsVariable)
            {
                count = ScatterVariable(table.Arena, layout, rows, start, count, column);
            }
            else if (layout.IsWide(column))
            {
                count = ScatterWide(table.Arena, layout, rows, start, count, column);
            }
            else if (rows.IsMissing(column))
            {
                ScatterZeros(layout, count, column);
            }
            else
            {
                ScatterFixed(layout, rows.Values(column), start, count, column);
            }
        }

        return count;
    }

    private void ScatterZeros(ChunkLayout layout, int count, int column)
    {
        int width = layout.Columns[column].Width;
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            byte* target = place.Chunk + layout.ColumnOffset(column, place.Capacity);
            new Span<byte>(target + ((long)place.Index * width), width).Clear();
        }
    }

    private void ScatterStates(ChunkLayout layout, ReadOnlySpan<byte> states, int column)
    {
        for (int i = 0; i < states.Length; i++)
        {
            ref Place place = ref _places[i];
            place.Chunk[layout.StatesOffset(column, place.Capacity) + place.Index] = states[i];
        }
    }

    [MethodImpl(Compile.InFull)]
    private void ScatterFixed(ChunkLayout layout, ReadOnlySpan<byte> values, int start, int count, int column)
    {
        int width = layout.Columns[column].Width;
        ReadOnlySpan<byte> wanted = values.Slice(start * width, count * width);
        fixed (byte* source = wanted)
        {
            switch (width)
            {
                case 1: ScatterAs((byte*)source, layout, count, column); break;
                case 2: ScatterAs((ushort*)source, layout, count, column); break;
                case 4: ScatterAs((uint*)source, layout, count, column); break;
                case 8: ScatterAs((ulong*)source, layout, count, column); break;
                default: ScatterBlocks(source, width, layout, count, column); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScatterAs<T>(T* source, ChunkLayout layout, int count, int column)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            byte* target = place.Chunk + layout.ColumnOffset(column, place.Capacity);
            Unsafe.WriteUnaligned(target + (place.Index * sizeof(T)), source[i]);
        }
    }

    private void ScatterBlocks(byte* source, int width, ChunkLayout layout, int count, int column)
    {
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            byte* target = place.Chunk + layout.ColumnOffset(column, place.Capacity);
            Buffer.MemoryCopy(source + (i * width), target + (place.Index * width), width, width);
        }
    }

    /// <summary>
    /// Writes values of a wide column. The first value in a chunk allocates the block for all rows of the chunk and clears it.
    /// Readers see either no block or zeros meanwhile.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    private int ScatterWide(MemArena arena, ChunkLayout layout, BatchRows rows, int start, int count, int column)
    {
        int width = layout.Columns[column].Width;
        bool isMissing = rows.IsMissing(column);
        ReadOnlySpan<byte> states = rows.States(column);
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            ref uint slot = ref *(uint*)(place.Chunk + layout.WideSlotOffset(column, place.Capacity));
            bool hasValue = !isMissing && states[start + i] == (byte)ColumnState.Value;
            if (slot == 0)
            {
                if (!hasValue)
                {
                    continue;
                }

                uint block = arena.Allocate((long)width * place.Capacity);
                if (block == 0)
                {
                    return i;
                }

                new Span<byte>(arena.Pointer(block), width * place.Capacity).Clear();
                Volatile.Write(ref slot, block);
            }

            Span<byte> target = new(arena.Pointer(slot) + ((long)place.Index * width), width);
            if (hasValue)
            {
                rows.Values(column).Slice((start + i) * width, width).CopyTo(target);
            }
            else
            {
                target.Clear();
            }
        }

        return count;
    }

    private int ScatterVariable(MemArena arena, ChunkLayout layout, BatchRows rows, int start, int count, int column)
    {
        for (int i = 0; i < count; i++)
        {
            ref Place place = ref _places[i];
            ReadOnlySpan<byte> value = rows.Variable(column, start + i);
            uint reference = value.IsEmpty ? 0 : arena.Allocate(value.Length);
            if (reference == 0 && !value.IsEmpty)
            {
                return i;
            }

            value.CopyTo(new Span<byte>(arena.Pointer(reference), value.Length));
            byte* target = place.Chunk + layout.ColumnOffset(column, place.Capacity);
            ((MemBytes*)target)[place.Index] = new MemBytes(reference, value.Length);
        }

        return count;
    }

    /// <summary>Links the rows of entries that are kept in order. Returns how many rows found room for that.</summary>
    private int Link(MemArena arena, ChunkLayout layout, int whole)
    {
        for (int i = 0; i < whole; i++)
        {
            ref Place place = ref _places[i];
            if (place.Entry->Unsorted != 0 && place.Entry->Ordered != 0
                && !_ordered.TryLink(arena, layout, place.Entry, (MemChunk*)place.Chunk, place.Index))
            {
                return i;
            }
        }

        return whole;
    }

    [MethodImpl(Compile.InFull)]
    private void Publish(int whole, int reserved)
    {
        for (int i = reserved - 1; i >= whole; i--)
        {
            _places[i].Entry->Reserved--;
        }

        for (int i = 0; i < whole; i++)
        {
            MemEntry* entry = _places[i].Entry;
            Debug.Assert(entry->Count < entry->Reserved);
            Volatile.Write(ref entry->Count, entry->Count + 1);
        }
    }

    private readonly struct Place(MemEntry* entry, byte* chunk, int index, int capacity)
    {
        public readonly MemEntry* Entry = entry;
        public readonly byte* Chunk = chunk;
        public readonly int Index = index;
        public readonly int Capacity = capacity;
    }
}
