using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Serving;

namespace Signals.Core.Serving.Sizing;

/// <summary>The dedup keys of one user's rows as 64 bits each, computed column by column.</summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. When the key is one scalar column, the bits
/// are the key itself; otherwise they are a hash of it. Zeros of both signs are one value, and so are all NaNs.
/// </remarks>
internal sealed class DedupKeys
{
    private ulong[] _bits = [];
    private bool[] _lacks = [];
    private int _start;
    private bool _areExact;
    private RowSet _rows = null!;
    private SizeRules _rules = null!;

    /// <summary>Computes the keys of the rows from <paramref name="start"/> up to but excluding <paramref name="end"/>.</summary>
    public void Load(RowSet rows, SizeRules rules, int start, int end)
    {
        _rows = rows;
        _rules = rules;
        _start = start;
        int count = end - start;
        if (_bits.Length < count)
        {
            _bits = new ulong[Math.Max(count, 2 * _bits.Length)];
            _lacks = new bool[_bits.Length];
        }

        _lacks.AsSpan(0, count).Clear();
        _areExact = rules.DedupColumns.Length == 1 && !rules.DedupPerType && !rows.Column(rules.DedupColumns[0]).Type.IsVariable;
        if (!_areExact)
        {
            Begin(count);
        }

        foreach (int column in rules.DedupColumns)
        {
            Add(rows.Column(column), count);
        }
    }

    /// <summary>The bits of a row's key. False when the row has no value in a key column.</summary>
    public bool TryGet(int row, out ulong bits)
    {
        bits = _bits[row - _start];
        return !_lacks[row - _start];
    }

    /// <summary>Whether two rows with values in all key columns have the same key.</summary>
    public bool AreSame(int first, int second) =>
        _bits[first - _start] == _bits[second - _start] && (_areExact || HaveSameValues(first, second));

    private bool HaveSameValues(int first, int second)
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
                : ScalarKey.ReadKey(source, first) == ScalarKey.ReadKey(source, second);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private void Begin(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _bits[i] = _rules.DedupPerType ? _rows.EventTypes[_start + i] : 0UL;
        }
    }

    private void Add(IColumnRows column, int count)
    {
        ReadOnlySpan<byte> states = column.RowStates.Slice(_start, count);
        if (states.ContainsAnyExcept((byte)ColumnState.Value))
        {
            for (int i = 0; i < count; i++)
            {
                _lacks[i] |= states[i] != (byte)ColumnState.Value;
            }
        }

        if (!_areExact)
        {
            Mix(column, count);
            return;
        }

        switch (column.Type.Kind, column.Type.Width)
        {
            case (ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64, _): Convert(column, count); break;
            case (_, 1): Widen<byte>(column, count); break;
            case (_, 2): Widen<ushort>(column, count); break;
            case (_, 4): Widen<uint>(column, count); break;
            default: Widen<ulong>(column, count); break;
        }
    }

    private void Mix(IColumnRows column, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ulong part = column.Type.IsVariable ? XxHash3.HashToUInt64(column.GetValue(_start + i)) : ScalarKey.ReadKey(column, _start + i);
            _bits[i] = BitOperations.RotateLeft((_bits[i] ^ part) * 0x9E3779B97F4A7C15, 29);
        }
    }

    private void Convert(IColumnRows column, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _bits[i] = ScalarKey.ReadKey(column, _start + i);
        }
    }

    private void Widen<T>(IColumnRows column, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(column.FixedRows).Slice(_start, count);
        Span<ulong> bits = _bits.AsSpan(0, count);
        for (int i = 0; i < values.Length; i++)
        {
            bits[i] = ulong.CreateTruncating(values[i]);
        }
    }
}
