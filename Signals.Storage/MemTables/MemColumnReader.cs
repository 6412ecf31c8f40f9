using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.MemTables;

/// <summary>Copies column values of memtable rows, forwards or backwards, straight into the caller's memory.</summary>
/// <remarks>Thread contract: any thread; stateless. The caller keeps the memtable alive.</remarks>
internal static unsafe class MemColumnReader
{
    /// <summary>
    /// Copies as many keys as the spans hold, starting at <paramref name="row"/>. Each next key is <paramref name="step"/> (1 or
    /// -1) rows further in the same chunk.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public static void CopyKeys(MemTable table, long row, int step, Span<long> times, Span<ulong> ids)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        long* sourceTimes = (long*)((byte*)chunk + ChunkLayout.TimesOffset);
        ulong* sourceIds = (ulong*)((byte*)chunk + ChunkLayout.IdsOffset(chunk->Capacity));
        for (int i = 0; i < times.Length; i++, index += step)
        {
            times[i] = sourceTimes[index];
            ids[i] = sourceIds[index];
        }
    }

    public static void CopyStates(MemTable table, ushort eventType, int column, long row, int step, Span<byte> destination)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        byte* states = (byte*)chunk + table.Layout(eventType).StatesOffset(column, chunk->Capacity);
        for (int i = 0; i < destination.Length; i++, index += step)
        {
            destination[i] = states[index];
        }
    }

    /// <summary>Whether any of these rows has a value in the column.</summary>
    public static bool HasValue(MemTable table, ushort eventType, int column, long row, int step, int count)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        byte* states = (byte*)chunk + table.Layout(eventType).StatesOffset(column, chunk->Capacity);
        return new ReadOnlySpan<byte>(states + (step > 0 ? index : index - count + 1), count).Contains((byte)ColumnState.Value);
    }

    /// <summary>Copies fixed-width values. The length of the destination is a multiple of the width.</summary>
    [MethodImpl(Compile.InFull)]
    public static void CopyValues(MemTable table, ushort eventType, int column, long row, int step, Span<byte> destination)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        ChunkLayout layout = table.Layout(eventType);
        byte* values = Values(table.Arena, layout, column, chunk);
        if (values == null)
        {
            destination.Clear();
            return;
        }

        int width = layout.Columns[column].Width;
        fixed (byte* target = destination)
        {
            int count = destination.Length / width;
            switch (width)
            {
                case 1: CopyAs<byte>(values, index, step, target, count); break;
                case 2: CopyAs<ushort>(values, index, step, target, count); break;
                case 4: CopyAs<uint>(values, index, step, target, count); break;
                case 8: CopyAs<ulong>(values, index, step, target, count); break;
                default: CopyBlocks(values, index, step, target, count, width); break;
            }
        }
    }

    /// <summary>The bytes of a variable-length value. They are valid as long as the memtable is.</summary>
    public static ReadOnlySpan<byte> GetBytes(MemTable table, ushort eventType, int column, long row)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        MemBytes* values = (MemBytes*)((byte*)chunk + table.Layout(eventType).ColumnOffset(column, chunk->Capacity));
        MemBytes value = values[index];
        return new ReadOnlySpan<byte>(table.Arena.Pointer(value.Reference), value.Length);
    }

    public static ColumnState GetState(MemTable table, ushort eventType, int column, long row)
    {
        MemChunk* chunk = Locate(table, row, out int index);
        return (ColumnState)((byte*)chunk)[table.Layout(eventType).StatesOffset(column, chunk->Capacity) + index];
    }

    /// <summary>Where the values of a fixed-width column begin; null when no row of the chunk has a value.</summary>
    [MethodImpl(Compile.InFull)]
    private static byte* Values(MemArena arena, ChunkLayout layout, int column, MemChunk* chunk)
    {
        if (!layout.IsWide(column))
        {
            return (byte*)chunk + layout.ColumnOffset(column, chunk->Capacity);
        }

        uint block = Volatile.Read(ref *(uint*)((byte*)chunk + layout.WideSlotOffset(column, chunk->Capacity)));
        return block == 0 ? null : arena.Pointer(block);
    }

    [MethodImpl(Compile.InFull)]
    private static MemChunk* Locate(MemTable table, long row, out int index)
    {
        index = (int)(row % MemChunk.MaxCapacity);
        return (MemChunk*)table.Arena.Pointer((uint)(row / MemChunk.MaxCapacity));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyAs<T>(byte* values, int index, int step, byte* target, int count)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++, index += step)
        {
            Unsafe.WriteUnaligned(target + (i * sizeof(T)), Unsafe.ReadUnaligned<T>(values + (index * sizeof(T))));
        }
    }

    private static void CopyBlocks(byte* values, int index, int step, byte* target, int count, int width)
    {
        for (int i = 0; i < count; i++, index += step)
        {
            Buffer.MemoryCopy(values + (index * width), target + (i * width), width, width);
        }
    }
}
