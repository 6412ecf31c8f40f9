using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Finds the distinct values of a range of rows, and the code of each row. Used by one thread at a time. Entries are ordered by
/// first appearance and named by the row of that appearance. A <see cref="ColumnBuffer"/> owns and reuses it; it grows to the
/// largest range seen, in the same kind of memory as the column.
/// </summary>
/// <param name="memory">The native memory of the column; null for arrays.</param>
internal sealed class DictionaryBuilder(OwnedMemory? memory)
{
    private const int EmptySlot = 0;

    private BufferMemory<ushort> _slots = new(memory, 0);   // entry + 1, or EmptySlot
    private BufferMemory<int> _entryRows = new(memory, 0);
    private BufferMemory<ushort> _codes = new(memory, 0);
    private int _entries;
    private int _rows;

    /// <summary>The row of the first appearance of each entry.</summary>
    public ReadOnlySpan<int> EntryRows => _entryRows.Span[.._entries];

    /// <summary>The entry of each row.</summary>
    public ReadOnlySpan<ushort> Codes => _codes.Span[.._rows];

    /// <summary>The bytes of all entries.</summary>
    public int EntryBytes { get; private set; }

    /// <summary>
    /// Builds the dictionary. Stops early and returns false when there are more than <paramref name="maxEntries"/> distinct
    /// values.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public bool TryBuild(ColumnBuffer column, int start, int count, int maxEntries)
    {
        maxEntries = Math.Min(maxEntries, ColumnChunkFormat.MaxEntries);
        Reset(count, maxEntries);
        Span<ushort> slots = _slots.Span;
        Span<int> entryRows = _entryRows.Span;
        Span<ushort> codes = _codes.Span;
        int mask = slots.Length - 1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> value = column.GetValue(start + i);
            int slot = (int)Hash(value) & mask;
            while (slots[slot] != EmptySlot && !column.GetValue(entryRows[slots[slot] - 1]).SequenceEqual(value))
            {
                slot = (slot + 1) & mask;
            }

            if (slots[slot] == EmptySlot)
            {
                if (_entries == maxEntries)
                {
                    return false;
                }

                entryRows[_entries] = start + i;
                EntryBytes += value.Length;
                slots[slot] = (ushort)++_entries;
            }

            codes[i] = (ushort)(slots[slot] - 1);
        }

        return true;
    }

    [MethodImpl(Compile.InFull)]
    private void Reset(int rows, int maxEntries)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * maxEntries) + 2);
        if (_slots.Length < slots)
        {
            _slots.Resize(slots);
        }

        if (_codes.Length < rows)
        {
            _codes.Resize(Math.Max(rows, 2 * _codes.Length));
        }

        if (_entryRows.Length < maxEntries)
        {
            _entryRows.Resize(maxEntries);
        }

        _slots.Span.Clear();
        _entries = 0;
        _rows = rows;
        EntryBytes = 0;
    }

    [MethodImpl(Compile.InFull)]
    private static uint Hash(ReadOnlySpan<byte> value)
    {
        ulong word = value.Length switch
        {
            8 => BinaryPrimitives.ReadUInt64LittleEndian(value),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(value),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(value),
            _ => XxHash3.HashToUInt64(value),
        };
        return (uint)((word * 0x9E37_79B9_7F4A_7C15) >> 32);
    }
}
