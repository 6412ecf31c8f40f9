using Signals.Core.Columns;

namespace Signals.Core.Serving.Rows;

/// <summary>Copies of chosen rows of another column, one after the other, as an enricher or a raw answer sees them.</summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. Lifetime: the rows are copies and outlive
/// their source.
/// </remarks>
internal sealed class GatheredColumn(ColumnType type) : IColumnRows
{
    private byte[] _states = [];
    private byte[] _values = [];
    private int[] _ends = [];
    private int _count;

    public ColumnType Type => type;

    public ReadOnlySpan<byte> RowStates => _states.AsSpan(0, _count);

    public ReadOnlySpan<byte> FixedRows => _values.AsSpan(0, _count * type.Width);

    /// <summary>The bytes of its arrays.</summary>
    public long HeldBytes => _states.Length + _values.Length + (sizeof(int) * (long)_ends.Length);

    public void Clear() => _count = 0;

    /// <summary>Appends rows of a column of the same type.</summary>
    public void Append(IColumnRows source, ReadOnlySpan<int> rows) => Append(source, rows, null);

    /// <summary>Appends rows of a column of the same type.</summary>
    /// <param name="source">The column.</param>
    /// <param name="rows">The rows to append.</param>
    /// <param name="fallback">The bytes of the value for a row without one; null to leave the row without a value.</param>
    public void Append(IColumnRows source, ReadOnlySpan<int> rows, byte[]? fallback)
    {
        int first = _count;
        Reserve(first + rows.Length);
        _count += rows.Length;
        Span<byte> states = _states.AsSpan(first, rows.Length);
        RowGather.Copy(source.RowStates, 1, rows, states);
        if (!type.IsVariable)
        {
            RowGather.Copy(source.FixedRows, type.Width, rows, _values.AsSpan(first * type.Width, rows.Length * type.Width));
            FallBack(states, first, fallback);
            return;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            int start = StartOf(first + i);
            ReadOnlySpan<byte> value = source.GetValue(rows[i]);
            if (fallback is not null && states[i] != (byte)ColumnState.Value)
            {
                states[i] = (byte)ColumnState.Value;
                value = fallback;
            }

            if (value.Length > _values.Length - start)
            {
                Array.Resize(ref _values, Math.Max(checked(start + value.Length), Math.Max(256, 2 * _values.Length)));
            }

            value.CopyTo(_values.AsSpan(start));
            _ends[first + i] = start + value.Length;
        }
    }

    public ReadOnlySpan<byte> GetValue(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        return type.IsVariable ? _values.AsSpan(StartOf(row).._ends[row]) : _values.AsSpan(row * type.Width, type.Width);
    }

    private void FallBack(Span<byte> states, int first, byte[]? fallback)
    {
        if (fallback is null)
        {
            return;
        }

        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] != (byte)ColumnState.Value)
            {
                states[i] = (byte)ColumnState.Value;
                fallback.CopyTo(_values.AsSpan((first + i) * type.Width));
            }
        }
    }

    private int StartOf(int row) => row == 0 ? 0 : _ends[row - 1];

    private void Reserve(int count)
    {
        if (_states.Length < count)
        {
            int capacity = Math.Max(count, 2 * _states.Length);
            Array.Resize(ref _states, capacity);
            if (type.IsVariable)
            {
                Array.Resize(ref _ends, capacity);
            }
            else
            {
                Array.Resize(ref _values, checked(capacity * type.Width));
            }
        }
    }
}
