using Apache.Arrow;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>The validity bitmap of an array under construction. There are no bits until an element is not valid.</summary>
/// <remarks>Thread contract: one thread at a time; reused.</remarks>
internal sealed class ValidityBits
{
    private readonly GrowingBlock _bits = new();

    public int Count { get; private set; }

    public int NullCount { get; private set; }

    public long Bytes => _bits.Length;

    /// <summary>Appends elements of which each is valid when its state is a value.</summary>
    public void Append(ReadOnlySpan<ColumnState> states)
    {
        int firstNull = states.IndexOfAnyExcept(ColumnState.Value);
        if (firstNull < 0)
        {
            AppendValid(states.Length);
            return;
        }

        int at = Count;
        if (NullCount == 0)
        {
            FillValid(at);
        }

        Extend(at + states.Length);
        Span<byte> bits = _bits.Written;
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] == ColumnState.Value)
            {
                bits[(at + i) >> 3] |= (byte)(1 << ((at + i) & 7));
            }
            else
            {
                NullCount++;
            }
        }

        Count += states.Length;
    }

    /// <summary>Appends valid elements.</summary>
    public void AppendValid(int count)
    {
        if (NullCount > 0)
        {
            FillValid(Count + count);
        }

        Count += count;
    }

    public void AppendNull() => Append([ColumnState.Null]);

    public ArrowBuffer Take(BatchMemory memory)
    {
        ReadOnlyMemory<byte> bits = _bits.Take(memory);
        (Count, NullCount) = (0, 0);
        return new ArrowBuffer(bits);
    }

    /// <summary>Sets all bits from <see cref="Count"/>, or from 0 when there are none yet, up to a count.</summary>
    private void FillValid(int end)
    {
        int at = NullCount == 0 ? 0 : Count;
        Extend(end);
        Span<byte> bits = _bits.Written;
        for (; at < end && (at & 7) != 0; at++)
        {
            bits[at >> 3] |= (byte)(1 << (at & 7));
        }

        bits[(at >> 3)..(Math.Max(at, end) >> 3)].Fill(byte.MaxValue);
        for (at = Math.Max(at, end & ~7); at < end; at++)
        {
            bits[at >> 3] |= (byte)(1 << (at & 7));
        }
    }

    private void Extend(int count)
    {
        int bytes = (count + 7) >> 3;
        if (bytes > _bits.Length)
        {
            _bits.Reserve(bytes - _bits.Length).Clear();
        }
    }
}
