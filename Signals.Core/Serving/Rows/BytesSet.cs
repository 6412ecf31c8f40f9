using System.IO.Hashing;
using System.Numerics;

namespace Signals.Core.Serving.Rows;

/// <summary>Finds a byte string among given ones. Immutable, any thread. A lookup allocates nothing.</summary>
internal sealed class BytesSet
{
    private readonly byte[][] _values;
    private readonly int[] _slots;

    /// <param name="values">The strings. Among equal ones the first counts.</param>
    public BytesSet(IEnumerable<byte[]> values)
    {
        _values = [.. values];
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)(2 * _values.Length) + 1)];
        for (int i = 0; i < _values.Length; i++)
        {
            ref int slot = ref _slots[SlotOf(_values[i])];
            slot = slot == 0 ? i + 1 : slot;
        }
    }

    /// <summary>The position of a string among the given ones, or -1.</summary>
    public int Find(ReadOnlySpan<byte> value) => _slots[SlotOf(value)] - 1;

    /// <summary>The slot that holds the string, or the free slot where it would be stored.</summary>
    private int SlotOf(ReadOnlySpan<byte> value)
    {
        int slot = (int)XxHash3.HashToUInt64(value) & (_slots.Length - 1);
        while (_slots[slot] != 0 && !value.SequenceEqual(_values[_slots[slot] - 1]))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }
}
