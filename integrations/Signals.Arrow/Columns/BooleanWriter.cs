using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>Booleans: a byte in a store, a bit in Arrow, so they are packed one by one.</summary>
internal sealed class BooleanWriter() : ColumnWriter(BooleanType.Default)
{
    private readonly GrowingBlock _bits = new();
    private readonly ValidityBits _validity = new();

    public override int Count => _validity.Count;

    public override long Bytes => _bits.Length + _validity.Bytes;

    public void Append(ReadOnlySpan<ColumnState> states, ReadOnlySpan<byte> values)
    {
        int at = Count;
        int bytes = (at + values.Length + 7) >> 3;
        if (bytes > _bits.Length)
        {
            _bits.Reserve(bytes - _bits.Length).Clear();
        }

        Span<byte> bits = _bits.Written;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                bits[(at + i) >> 3] |= (byte)(1 << ((at + i) & 7));
            }
        }

        _validity.Append(states);
    }

    public override ArrayData Take(BatchMemory memory)
    {
        (int count, int nulls) = (_validity.Count, _validity.NullCount);
        return new ArrayData(Type, count, nulls, 0, [_validity.Take(memory), new ArrowBuffer(_bits.Take(memory))]);
    }
}
