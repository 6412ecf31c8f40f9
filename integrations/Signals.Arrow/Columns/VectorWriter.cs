using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>
/// Vectors: a list of a fixed size in Arrow. The components lie as they do in a store, row after row, and are copied in one go.
/// </summary>
/// <param name="type">The type of the lists.</param>
/// <param name="elementBytes">The bytes of a component.</param>
internal sealed class VectorWriter(FixedSizeListType type, int elementBytes) : ColumnWriter(type)
{
    private readonly GrowingBlock _values = new();
    private readonly ValidityBits _validity = new();

    public override int Count => _validity.Count;

    public override long Bytes => _values.Length + _validity.Bytes;

    private int Width => type.ListSize * elementBytes;

    public void Append(ReadOnlySpan<ColumnState> states, ReadOnlySpan<byte> values)
    {
        _values.Append(values);
        _validity.Append(states);
    }

    /// <summary>Appends lists that the caller writes into the returned bytes, whose content is undefined.</summary>
    public Span<byte> Reserve(int count)
    {
        _validity.AppendValid(count);
        return _values.Reserve(checked(count * Width));
    }

    public override ArrayData Take(BatchMemory memory)
    {
        (int count, int nulls) = (_validity.Count, _validity.NullCount);
        ArrowBuffer values = new(_values.Take(memory));
        ArrayData components = new(type.ValueDataType, checked(count * type.ListSize), 0, 0, [ArrowBuffer.Empty, values]);
        return new ArrayData(Type, count, nulls, 0, [_validity.Take(memory)], [components]);
    }
}
