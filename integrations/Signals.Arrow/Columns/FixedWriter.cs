using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>Elements of a fixed number of bytes, whose layout is the same in Arrow and in a store: they are copied in one go.</summary>
/// <param name="type">The type of the array.</param>
/// <param name="width">The bytes of an element.</param>
internal sealed class FixedWriter(IArrowType type, int width) : ColumnWriter(type)
{
    private readonly GrowingBlock _values = new();
    private readonly ValidityBits _validity = new();

    public override int Count => _validity.Count;

    public override long Bytes => _values.Length + _validity.Bytes;

    /// <summary>Appends elements; those whose state is no value are null.</summary>
    public void Append(ReadOnlySpan<ColumnState> states, ReadOnlySpan<byte> values)
    {
        _values.Append(values);
        _validity.Append(states);
    }

    /// <summary>Appends elements that all have a value.</summary>
    public void Append(ReadOnlySpan<byte> values)
    {
        _values.Append(values);
        _validity.AppendValid(values.Length / width);
    }

    /// <summary>Appends one element.</summary>
    public void Append<T>(T value)
        where T : unmanaged
    {
        _values.Append(value);
        _validity.AppendValid(1);
    }

    public void AppendNull()
    {
        _values.Reserve(width).Clear();
        _validity.AppendNull();
    }

    /// <summary>Appends elements that the caller writes into the returned bytes.</summary>
    public Span<byte> Reserve(int count)
    {
        _validity.AppendValid(count);
        return _values.Reserve(checked(count * width));
    }

    public override ArrayData Take(BatchMemory memory)
    {
        (int count, int nulls) = (_validity.Count, _validity.NullCount);
        return new ArrayData(Type, count, nulls, 0, [_validity.Take(memory), new ArrowBuffer(_values.Take(memory))]);
    }
}
