using System.Text;
using Signals.Core.Columns;

namespace Signals.Core.Enrichment;

/// <summary>
/// One output column of a batch. It is written row by row in any order, then completed, then read. Used by one thread at a time.
/// It is reused: once grown to the size of the batches it allocates nothing. Invariants after <see cref="Complete"/>: the bytes
/// of a fixed row without a value are zero, a variable row without a value has no bytes, and booleans are 0 or 1.
/// </summary>
internal sealed class OutputRows(ColumnType type) : IColumnRows
{
    private byte[] _states = [];
    private byte[] _values = [];
    private int[] _starts = [];
    private int[] _lengths = [];
    private int _count;
    private int _heapUsed;

    public ColumnType Type => type;

    public ReadOnlySpan<byte> RowStates => WritableStates;

    public ReadOnlySpan<byte> FixedRows => WritableFixed;

    public Span<byte> WritableStates => _states.AsSpan(0, _count);

    public Span<byte> WritableFixed => _values.AsSpan(0, _count * type.Width);

    /// <summary>Starts anew with this many absent rows.</summary>
    public void Reset(int count)
    {
        if (count > _states.Length)
        {
            int capacity = Math.Max(count, 2 * _states.Length);
            _states = new byte[capacity];
            _values = type.IsVariable ? _values : new byte[checked(capacity * type.Width)];
            _starts = type.IsVariable ? new int[capacity] : [];
            _lengths = type.IsVariable ? new int[capacity] : [];
        }

        _count = count;
        _heapUsed = 0;
        WritableStates.Clear();
        _lengths.AsSpan(0, type.IsVariable ? count : 0).Clear();
    }

    /// <summary>Returns the bytes of a fixed row for the caller to write, and counts the row as set.</summary>
    public Span<byte> Fill(int row)
    {
        WritableStates[row] = (byte)ColumnState.Value;
        return WritableFixed.Slice(row * type.Width, type.Width);
    }

    public void SetBytes(int row, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Publish(row, value.Length);
    }

    public void SetText(int row, ReadOnlySpan<char> value) =>
        Publish(row, Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetMaxByteCount(value.Length))));

    public void SetNull(int row)
    {
        WritableStates[row] = (byte)ColumnState.Null;
    }

    /// <summary>Makes all rows absent. Called after a step failed.</summary>
    public void Discard()
    {
        WritableStates.Clear();
        Complete();
    }

    /// <summary>Ends the writing: clears the bytes of rows without a value, and normalises booleans to 0 or 1.</summary>
    public void Complete()
    {
        if (type.IsVariable)
        {
            return;
        }

        ReadOnlySpan<byte> states = RowStates;
        Span<byte> values = WritableFixed;
        if (states.ContainsAnyExcept((byte)ColumnState.Value))
        {
            for (int row = 0; row < states.Length; row++)
            {
                if (states[row] != (byte)ColumnState.Value)
                {
                    values.Slice(row * type.Width, type.Width).Clear();
                }
            }
        }

        if (type.Kind == ColumnKind.Boolean)
        {
            foreach (ref byte value in values)
            {
                value = (byte)(value == 0 ? 0 : 1);
            }
        }
    }

    public ReadOnlySpan<byte> GetValue(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        return type.IsVariable
            ? _values.AsSpan(_starts[row], _states[row] == (byte)ColumnState.Value ? _lengths[row] : 0)
            : _values.AsSpan(row * type.Width, type.Width);
    }

    private Span<byte> Reserve(int length)
    {
        if (length > _values.Length - _heapUsed)
        {
            Array.Resize(ref _values, Math.Max(checked(_heapUsed + length), Math.Max(256, 2 * _values.Length)));
        }

        return _values.AsSpan(_heapUsed);
    }

    private void Publish(int row, int length)
    {
        WritableStates[row] = (byte)ColumnState.Value;
        _starts[row] = _heapUsed;
        _lengths[row] = length;
        _heapUsed += length;
    }
}
