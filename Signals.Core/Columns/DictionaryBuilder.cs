using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;

namespace Signals.Core.Columns;

/// <summary>
/// Finds the distinct values of a range of rows, and the code of each row. Used by one thread at a time. Entries are ordered by
/// first appearance and named by the row of that appearance. A <see cref="ColumnBuffer"/> owns and reuses it; it grows to the
/// largest range seen.
/// </summary>
internal sealed class DictionaryBuilder
{
    private const int EmptySlot = 0;

    private ushort[] _slots = [];   // entry + 1, or EmptySlot
    private int[] _entryRows = [];
    private ushort[] _codes = [];
    private int _entries;
    private int _rows;

    /// <summary>The row of the first appearance of each entry.</summary>
    public ReadOnlySpan<int> EntryRows => _entryRows.AsSpan(0, _entries);

    /// <summary>The entry of each row.</summary>
    public ReadOnlySpan<ushort> Codes => _codes.AsSpan(0, _rows);

    /// <summary>The bytes of all entries.</summary>
    public int EntryBytes { get; private set; }

    /// <summary>
    /// Builds the dictionary. Stops early and returns false when there are more than <paramref name="maxEntries"/> distinct
    /// values.
    /// </summary>
    public bool TryBuild(ColumnBuffer column, int start, int count, int maxEntries)
    {
        maxEntries = Math.Min(maxEntries, ColumnChunkFormat.MaxEntries);
        Reset(count, maxEntries);
        int mask = _slots.Length - 1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> value = column.GetValue(start + i);
            int slot = (int)Hash(value) & mask;
            while (_slots[slot] != EmptySlot && !column.GetValue(_entryRows[_slots[slot] - 1]).SequenceEqual(value))
            {
                slot = (slot + 1) & mask;
            }

            if (_slots[slot] == EmptySlot)
            {
                if (_entries == maxEntries)
                {
                    return false;
                }

                _entryRows[_entries] = start + i;
                EntryBytes += value.Length;
                _slots[slot] = (ushort)++_entries;
            }

            _codes[i] = (ushort)(_slots[slot] - 1);
        }

        return true;
    }

    private void Reset(int rows, int maxEntries)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * maxEntries) + 2);
        if (_slots.Length < slots)
        {
            _slots = new ushort[slots];
        }

        if (_codes.Length < rows)
        {
            _codes = new ushort[Math.Max(rows, 2 * _codes.Length)];
        }

        if (_entryRows.Length < maxEntries)
        {
            _entryRows = new int[maxEntries];
        }

        _slots.AsSpan().Clear();
        _entries = 0;
        _rows = rows;
        EntryBytes = 0;
    }

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
