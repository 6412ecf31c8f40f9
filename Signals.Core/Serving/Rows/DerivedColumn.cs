using Signals.Core.Columns;

namespace Signals.Core.Serving.Rows;

/// <summary>A column that is computed while a sequence is served. Every row is absent until it is set.</summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. Invariant: the bytes of a fixed row without a
/// value are zero; a variable row without a value has no bytes. When <see cref="Reset"/> kept the old bytes, this only holds for
/// the rows that <see cref="ZeroGaps"/> was called for.
/// </remarks>
internal sealed class DerivedColumn(ColumnType type) : IColumnRows
{
    private byte[] _states = [];
    private byte[] _values = [];
    private int[] _starts = [];
    private int[] _lengths = [];
    private int _count;
    private int _heapUsed;

    public ColumnType Type => type;

    public ReadOnlySpan<byte> RowStates => _states.AsSpan(0, _count);

    public ReadOnlySpan<byte> FixedRows => _values.AsSpan(0, _count * type.Width);

    /// <summary>Starts anew with absent rows.</summary>
    /// <param name="count">The number of rows.</param>
    /// <param name="keepsBytes">
    /// Whether the old bytes stay. They must then be overwritten or zeroed in the rows that are read.
    /// </param>
    public void Reset(int count, bool keepsBytes)
    {
        if (_states.Length < count)
        {
            int capacity = Math.Max(count, 2 * _states.Length);
            _states = new byte[capacity];
            _values = type.IsVariable ? _values : new byte[checked(capacity * type.Width)];
            _starts = type.IsVariable ? new int[capacity] : [];
            _lengths = type.IsVariable ? new int[capacity] : [];
        }
        else if (!type.IsVariable && !keepsBytes)
        {
            ClearValues();
        }

        _count = count;
        _heapUsed = 0;
        _states.AsSpan(0, count).Clear();
        _lengths.AsSpan(0, type.IsVariable ? count : 0).Clear();
    }

    /// <summary>Zeroes the bytes of those of the rows that have no value.</summary>
    public void ZeroGaps(ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<byte> states = RowStates;
        int width = type.Width;
        for (int i = 0; i < rows.Length && !type.IsVariable; i++)
        {
            if (states[rows[i]] != (byte)ColumnState.Value)
            {
                _values.AsSpan(rows[i] * width, width).Clear();
            }
        }
    }

    /// <summary>Copies all rows of a column. Call it right after <see cref="Reset"/>.</summary>
    public void Copy(IColumnRows source)
    {
        ReadOnlySpan<byte> states = source.RowStates;
        if (!states.ContainsAnyExcept((byte)ColumnState.Absent))
        {
            return;
        }

        states.CopyTo(_states);
        if (!type.IsVariable)
        {
            source.FixedRows.CopyTo(_values);
            return;
        }

        for (int row = 0; row < states.Length; row++)
        {
            if (states[row] == (byte)ColumnState.Value)
            {
                ScatterVariable(source.GetValue(row), row);
            }
        }
    }

    /// <summary>
    /// Copies the rows of a column into absent rows: row i of the source becomes row <c>rows[i]</c> if that is absent.
    /// </summary>
    public void Fill(IColumnRows source, ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<byte> states = source.RowStates;
        for (int i = 0; i < rows.Length; i++)
        {
            if (_states[rows[i]] != (byte)ColumnState.Absent)
            {
                continue;
            }

            if (states[i] == (byte)ColumnState.Value)
            {
                Set(rows[i], source.GetValue(i));
            }
            else
            {
                _states[rows[i]] = states[i];
            }
        }
    }

    /// <summary>Copies the rows of a column: row i of the source becomes row <c>rows[i]</c>.</summary>
    public void Scatter(IColumnRows source, ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<byte> states = source.RowStates[..rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            _states.AsSpan(0, _count)[rows[i]] = states[i];
        }

        if (type.IsVariable)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                ScatterVariable(source.GetValue(i), rows[i]);
            }

            return;
        }

        int width = type.Width;
        ReadOnlySpan<byte> values = source.FixedRows;
        for (int i = 0; i < rows.Length;)
        {
            int run = 1;
            while (i + run < rows.Length && rows[i + run] == rows[i] + run)
            {
                run++;
            }

            values.Slice(i * width, run * width).CopyTo(_values.AsSpan(rows[i] * width));
            i += run;
        }
    }

    /// <summary>Sets one row.</summary>
    public void Set(int row, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        _states[row] = (byte)ColumnState.Value;
        if (type.IsVariable)
        {
            ScatterVariable(value, row);
        }
        else
        {
            value.CopyTo(_values.AsSpan(row * type.Width, type.Width));
        }
    }

    public ReadOnlySpan<byte> GetValue(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        return type.IsVariable ? _values.AsSpan(_starts[row], _lengths[row]) : _values.AsSpan(row * type.Width, type.Width);
    }

    private void ScatterVariable(ReadOnlySpan<byte> value, int row)
    {
        if (value.Length > _values.Length - _heapUsed)
        {
            Array.Resize(ref _values, Math.Max(checked(_heapUsed + value.Length), Math.Max(256, 2 * _values.Length)));
        }

        value.CopyTo(_values.AsSpan(_heapUsed));
        _starts[row] = _heapUsed;
        _lengths[row] = value.Length;
        _heapUsed += value.Length;
    }

    /// <summary>Zeroes the rows that hold a value, a run of them at a time. The other rows are zero already.</summary>
    private void ClearValues()
    {
        ReadOnlySpan<byte> states = RowStates;
        for (int row = 0; row < states.Length;)
        {
            int run = states[row..].IndexOfAnyExcept((byte)ColumnState.Value);
            run = run < 0 ? states.Length - row : run;
            _values.AsSpan(row * type.Width, run * type.Width).Clear();
            row += run;
            int gap = states[row..].IndexOf((byte)ColumnState.Value);
            row += gap < 0 ? states.Length - row : gap;
        }
    }
}
