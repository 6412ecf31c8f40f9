using System.IO.Hashing;
using System.Numerics;
using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Sizing;

/// <summary>The keys that are taken: a hash table of rows, compared by their key columns.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Reused: a new user raises a stamp instead of clearing the table; it allocates only to grow.
/// </remarks>
internal sealed class DedupIndex
{
    private ulong[] _slots = new ulong[64];
    private uint _stamp;
    private int _taken;
    private RowSet _rows = null!;
    private SizeRules _rules = null!;

    public void Begin(RowSet rows, SizeRules rules)
    {
        _rows = rows;
        _rules = rules;
        _taken = 0;
        if (++_stamp == 0)
        {
            Array.Clear(_slots);
            _stamp = 1;
        }
    }

    /// <summary>Takes the key of a row; false when an earlier row has it. A row that lacks a value of the key takes none.</summary>
    public bool TryTake(int row)
    {
        if (!TryHash(row, out ulong hash))
        {
            return true;
        }

        if (2 * _taken >= _slots.Length)
        {
            Grow();
        }

        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            if ((uint)(_slots[slot] >> 32) != _stamp)
            {
                _slots[slot] = ((ulong)_stamp << 32) | (uint)row;
                _taken++;
                return true;
            }

            if (HaveSameKey((int)(uint)_slots[slot], row))
            {
                return false;
            }
        }
    }

    private bool TryHash(int row, out ulong hash)
    {
        hash = _rules.DedupPerType ? _rows.EventTypes[row] : 0UL;
        foreach (int column in _rules.DedupColumns)
        {
            IColumnRows source = _rows.Column(column);
            if (source.RowStates[row] != (byte)ColumnState.Value)
            {
                return false;
            }

            ulong part = source.Type.IsVariable ? XxHash3.HashToUInt64(source.GetValue(row)) : ScalarKey.Of(source, row);
            hash = BitOperations.RotateLeft((hash ^ part) * 0x9E3779B97F4A7C15, 29);
        }

        hash ^= hash >> 32;
        return true;
    }

    private bool HaveSameKey(int first, int second)
    {
        if (_rules.DedupPerType && _rows.EventTypes[first] != _rows.EventTypes[second])
        {
            return false;
        }

        foreach (int column in _rules.DedupColumns)
        {
            IColumnRows source = _rows.Column(column);
            bool same = source.Type.IsVariable
                ? source.GetValue(first).SequenceEqual(source.GetValue(second))
                : ScalarKey.Of(source, first) == ScalarKey.Of(source, second);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private void Grow()
    {
        ulong[] old = _slots;
        _slots = new ulong[2 * old.Length];
        int mask = _slots.Length - 1;
        foreach (ulong entry in old)
        {
            if ((uint)(entry >> 32) == _stamp && TryHash((int)(uint)entry, out ulong hash))
            {
                int slot = (int)hash & mask;
                while (_slots[slot] != 0)
                {
                    slot = (slot + 1) & mask;
                }

                _slots[slot] = entry;
            }
        }
    }
}
