using Signals.Core.Columns;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// One column of an answer: a state byte per row, and the values back to back or as slots into a heap. While the answer is
/// assembled it may also hold the stamp of each cell. The stamp of an absent cell has no meaning.
/// </summary>
/// <remarks>
/// Thread contract: one read at a time. The memory is managed, so a span that outlives its lease can show other values but never
/// invalid memory. Invariant: the bytes of absent and null values are zero.
/// </remarks>
internal sealed class ColumnOutput : IColumnRows
{
    private readonly PooledList<byte> _states = new();
    private readonly PooledList<byte> _values = new();
    private readonly PooledList<VariableSlot> _slots = new();
    private readonly PooledList<ulong> _stamps = new();

    public ColumnType Type { get; private set; }

    public ReadOnlySpan<byte> States => _states.Span;

    /// <summary>Fixed-width values of all rows.</summary>
    public ReadOnlySpan<byte> Values => _values.Span;

    /// <summary>The memory of the states and of fixed-width values, until the column grows.</summary>
    public ColumnCells Cells => new(_states.Items, _values.Items, this);

    ReadOnlySpan<byte> IColumnRows.RowStates => _states.Span;

    ReadOnlySpan<byte> IColumnRows.FixedRows => _values.Span;

    /// <summary>Where the values of a column of variable length are in <see cref="Values"/>.</summary>
    public ReadOnlySpan<VariableSlot> Slots => _slots.Span;

    /// <summary>Ensures one empty output per type. The array grows and never shrinks.</summary>
    public static void Reset(ref ColumnOutput[] outputs, ColumnType[] types)
    {
        int had = outputs.Length;
        if (had < types.Length)
        {
            Array.Resize(ref outputs, types.Length);
            for (int i = had; i < types.Length; i++)
            {
                outputs[i] = new ColumnOutput();
            }
        }

        for (int i = 0; i < types.Length; i++)
        {
            outputs[i].Reset(types[i]);
        }
    }

    /// <summary>How many bytes the outputs hold.</summary>
    public static long HeldBytesOf(ColumnOutput[] outputs)
    {
        long bytes = 0;
        foreach (ColumnOutput output in outputs)
        {
            bytes += output._states.HeldBytes + output._values.HeldBytes + output._slots.HeldBytes + output._stamps.HeldBytes;
        }

        return bytes;
    }

    public void Reset(ColumnType type)
    {
        Type = type;
        _states.Clear();
        _values.Clear();
        _slots.Clear();
        _stamps.Clear();
    }

    /// <summary>Stamps of the cells, as far as they were added.</summary>
    public Span<ulong> Stamps => _stamps.Span;

    public Span<ulong> ExtendStamps(int rows) => _stamps.Extend(rows);

    public Span<byte> ExtendStates(int rows) => _states.Extend(rows);

    public Span<byte> ExtendValues(int rows) => _values.Extend(checked(rows * Type.Width));

    public void AddVariable(ReadOnlySpan<byte> value)
    {
        _slots.Add(new VariableSlot(_values.Count, value.Length));
        value.CopyTo(_values.Extend(value.Length));
    }

    public Span<byte> StatesFrom(int row) => _states.Span[row..];

    /// <summary>Fixed-width values from the given row on.</summary>
    public Span<byte> ValuesFrom(int row) => _values.Span[(row * Type.Width)..];

    /// <summary>
    /// Copies all values of a column of variable length into the heap and enters their slots at the given rows, counted from
    /// <paramref name="first"/>.
    /// </summary>
    public void ScatterVariable(ColumnOutput source, ReadOnlySpan<int> rows, int first)
    {
        Span<VariableSlot> slots = _slots.Span[first..];
        int moved = _values.Count;
        source._values.Span.CopyTo(_values.Extend(source._values.Count));
        ReadOnlySpan<VariableSlot> from = source._slots.Span;
        for (int i = 0; i < rows.Length; i++)
        {
            slots[rows[i]] = from[i] with { Start = from[i].Start + moved };
        }
    }

    /// <summary>Takes back rows that were added last. Their column has values of fixed width, or they are absent.</summary>
    public void Truncate(int rows)
    {
        _states.Truncate(rows);
        if (Type.IsVariable)
        {
            _slots.Truncate(rows);
        }
        else
        {
            _values.Truncate(rows * Type.Width);
        }
    }

    /// <summary>Reverses the order of some adjacent rows. Stamps stay where they are.</summary>
    public void Reverse(int first, int rows)
    {
        _states.Span.Slice(first, rows).Reverse();
        if (Type.IsVariable)
        {
            _slots.Span.Slice(first, rows).Reverse();
        }
        else
        {
            ColumnGatherer.ReverseRows(_values.Span.Slice(first * Type.Width, rows * Type.Width), Type.Width);
        }
    }

    public void AddAbsent(int rows)
    {
        _states.Extend(rows).Clear(); // ColumnState.Absent
        if (Type.IsVariable)
        {
            _slots.Extend(rows).Clear();
        }
        else
        {
            ExtendValues(rows).Clear();
        }
    }

    ReadOnlySpan<byte> IColumnRows.GetValue(int row) => Value(row);

    public ReadOnlySpan<byte> Value(int row)
    {
        if (!Type.IsVariable)
        {
            return _values.Span.Slice(row * Type.Width, Type.Width);
        }

        VariableSlot slot = _slots[row];
        return _values.Span.Slice(slot.Start, slot.Length);
    }

    /// <summary>Replaces the value if the merge order ranks the new one above it.</summary>
    public void Merge(int row, ColumnState state, ReadOnlySpan<byte> value)
    {
        byte held = _states[row];
        if ((byte)state < held || ((byte)state == held && value.SequenceCompareTo(Value(row)) <= 0))
        {
            return;
        }

        Put(row, state, value);
    }

    /// <summary>
    /// Replaces the cell if the new stamp is greater, or if it is equal and the merge order ranks the new value above the old
    /// one.
    /// </summary>
    public void Merge(int row, ulong stamp, ColumnState state, ReadOnlySpan<byte> value)
    {
        if (state == ColumnState.Absent)
        {
            return;
        }

        if (_states[row] == (byte)ColumnState.Absent || stamp > _stamps[row])
        {
            _stamps[row] = stamp;
            Put(row, state, value);
        }
        else if (stamp == _stamps[row])
        {
            Merge(row, state, value);
        }
    }

    /// <summary>Whether a cell wins by its stamp alone.</summary>
    public bool IsBelow(int row, ulong stamp, ColumnState state) =>
        state != ColumnState.Absent && (_states[row] == (byte)ColumnState.Absent || _stamps[row] < stamp);

    /// <summary>Copies cells of a fixed-width chunk that all win, one row after another.</summary>
    public void Replace(int firstRow, in ColumnChunk chunk, int firstChunkRow, ReadOnlySpan<byte> states, ReadOnlySpan<ulong> stamps)
    {
        states.CopyTo(_states.Span[firstRow..]);
        stamps.CopyTo(_stamps.Span[firstRow..]);
        chunk.CopyValues(firstChunkRow, states.Length, _values.Span.Slice(firstRow * Type.Width, states.Length * Type.Width));
    }

    /// <summary>Makes a cell absent if its stamp is not greater than that of its event's retraction.</summary>
    public void Void(int row, ulong retracted)
    {
        if (_states[row] != (byte)ColumnState.Absent && _stamps[row] <= retracted)
        {
            _states[row] = (byte)ColumnState.Absent;
            if (Type.IsVariable)
            {
                _slots[row] = default;
            }
            else
            {
                _values.Span.Slice(row * Type.Width, Type.Width).Clear();
            }
        }
    }

    /// <summary>
    /// Adds rows whose cells are set one by one later. Until then their state is that of a value. A cell that is never set must
    /// not be read.
    /// </summary>
    public void ExtendUnset(int rows)
    {
        ExtendStates(rows).Fill((byte)ColumnState.Value);
        if (Type.IsVariable)
        {
            _slots.Extend(rows).Clear();
        }
        else
        {
            ExtendValues(rows);
        }
    }

    /// <summary>Sets the state of a cell and returns the bytes of its value for writing.</summary>
    public Span<byte> SetFixed(int row, ColumnState state)
    {
        _states[row] = (byte)state;
        return _values.Span.Slice(row * Type.Width, Type.Width);
    }

    /// <summary>Sets a cell of variable length that has not been set.</summary>
    public void Set(int row, ColumnState state, ReadOnlySpan<byte> value) => Put(row, state, value);

    /// <summary>Makes a cell absent that was not set before.</summary>
    public void SetAbsent(int row)
    {
        _states[row] = (byte)ColumnState.Absent;
        if (!Type.IsVariable)
        {
            _values.Span.Slice(row * Type.Width, Type.Width).Clear();
        }
    }

    private void Put(int row, ColumnState state, ReadOnlySpan<byte> value)
    {
        _states[row] = (byte)state;
        if (Type.IsVariable)
        {
            _slots[row] = new VariableSlot(_values.Count, value.Length);
            value.CopyTo(_values.Extend(value.Length));
        }
        else
        {
            value.CopyTo(_values.Span.Slice(row * Type.Width, Type.Width));
        }
    }
}
