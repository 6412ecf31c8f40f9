using Signals.Core.Columns;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>One column of an answer: a state byte per row, and the values back to back or as slots into a heap.</summary>
/// <remarks>
/// Thread contract: one read at a time. Managed memory, so a span that outlives its lease can go stale, never wild.
/// Invariant: the bytes of absent and null values are zero.
/// </remarks>
internal sealed class ColumnOutput : IColumnRows
{
    private readonly PooledList<byte> _states = new();
    private readonly PooledList<byte> _values = new();
    private readonly PooledList<VariableSlot> _slots = new();

    public ColumnType Type { get; private set; }

    public ReadOnlySpan<byte> States => _states.Span;

    /// <summary>Fixed-width values of all rows.</summary>
    public ReadOnlySpan<byte> Values => _values.Span;

    ReadOnlySpan<byte> IColumnRows.RowStates => _states.Span;

    ReadOnlySpan<byte> IColumnRows.FixedRows => _values.Span;

    /// <summary>Makes sure of one empty output per type; grows the array, never shrinks it.</summary>
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

    public void Reset(ColumnType type)
    {
        Type = type;
        _states.Clear();
        _values.Clear();
        _slots.Clear();
    }

    public Span<byte> ExtendStates(int rows) => _states.Extend(rows);

    public Span<byte> ExtendValues(int rows) => _values.Extend(rows * Type.Width);

    public void AddVariable(ReadOnlySpan<byte> value)
    {
        _slots.Add(new VariableSlot(_values.Count, value.Length));
        value.CopyTo(_values.Extend(value.Length));
    }

    /// <summary>Adds slots for values of variable length, to be filled in any order by <see cref="ScatterVariable"/>.</summary>
    public Span<VariableSlot> ExtendVariable(int rows) => _slots.Extend(rows);

    /// <summary>Copies all values of a column into the heap and notes them under the given rows of <paramref name="slots"/>.</summary>
    public void ScatterVariable(ColumnOutput source, ReadOnlySpan<int> rows, Span<VariableSlot> slots)
    {
        int moved = _values.Count;
        source._values.Span.CopyTo(_values.Extend(source._values.Count));
        ReadOnlySpan<VariableSlot> from = source._slots.Span;
        for (int i = 0; i < rows.Length; i++)
        {
            slots[rows[i]] = from[i] with { Start = from[i].Start + moved };
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

    /// <summary>Puts the value there if the merge order ranks it above the one that is.</summary>
    public void Merge(int row, ColumnState state, ReadOnlySpan<byte> value)
    {
        byte held = _states[row];
        if ((byte)state < held || ((byte)state == held && value.SequenceCompareTo(Value(row)) <= 0))
        {
            return;
        }

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
