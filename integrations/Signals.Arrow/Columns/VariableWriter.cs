using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>Text or bytes: offsets of 32 bits, and the values one after the other.</summary>
internal sealed class VariableWriter(IArrowType type) : ColumnWriter(type)
{
    private readonly GrowingBlock _offsets = new();
    private readonly GrowingBlock _values = new();
    private readonly ValidityBits _validity = new();

    public override int Count => _validity.Count;

    public override long Bytes => _offsets.Length + _values.Length + _validity.Bytes;

    /// <summary>Appends an element.</summary>
    /// <param name="state">The state; without a value the element is null.</param>
    /// <param name="value">The bytes.</param>
    public void Append(ColumnState state, ReadOnlySpan<byte> value)
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        if (state == ColumnState.Value)
        {
            _values.Append(value);
        }

        _offsets.Append(_values.Length);
        _validity.Append([state]);
    }

    /// <summary>Appends elements that lie back to back.</summary>
    /// <param name="states">The states.</param>
    /// <param name="offsets">Where each begins in the values, and the end; the first is 0.</param>
    /// <param name="values">The bytes.</param>
    public void Append(ReadOnlySpan<ColumnState> states, ReadOnlySpan<int> offsets, ReadOnlySpan<byte> values)
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        int first = _values.Length;
        _values.Append(values);
        Span<int> ends = MemoryMarshal.Cast<byte, int>(_offsets.Reserve(states.Length * sizeof(int)));
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = first + offsets[i + 1];
        }

        _validity.Append(states);
    }

    /// <summary>Appends a text.</summary>
    public void Append(string text)
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        Encoding.UTF8.GetBytes(text, _values.Reserve(Encoding.UTF8.GetByteCount(text)));
        _offsets.Append(_values.Length);
        _validity.AppendValid(1);
    }

    public override ArrayData Take(BatchMemory memory)
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        (int count, int nulls) = (_validity.Count, _validity.NullCount);
        return new ArrayData(
            Type, count, nulls, 0,
            [_validity.Take(memory), new ArrowBuffer(_offsets.Take(memory)), new ArrowBuffer(_values.Take(memory))]);
    }
}
