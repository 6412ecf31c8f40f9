using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Scanning;

/// <summary>The values of a column of variable length in one batch: offsets, and the bytes back to back in the order of the rows.</summary>
/// <remarks>
/// Thread contract: one scan. It is made when it is first asked for. Where the rows were only copied, the bytes are those of the column
/// output; where a merge replaced values or rows were turned round, they are put in order here.
/// </remarks>
internal sealed class VariableRows
{
    private readonly PooledList<int> _offsets = new();
    private readonly PooledList<byte> _ordered = new();
    private ColumnOutput? _output;
    private int _first;
    private bool _isOrdered;

    /// <summary>Count + 1 offsets into <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.Span;

    /// <summary>The bytes of all values.</summary>
    public ReadOnlySpan<byte> Values => _isOrdered ? _output!.Values.Slice(_first, _offsets[_offsets.Count - 1]) : _ordered.Span;

    /// <summary>Whether it was made for the current batch.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Forgets the batch.</summary>
    public void Reset() => IsReady = false;

    /// <summary>Makes the offsets of a batch.</summary>
    /// <param name="output">The column.</param>
    /// <param name="skip">How many rows before the batch the column has.</param>
    public void Make(ColumnOutput output, int skip)
    {
        ReadOnlySpan<VariableSlot> slots = output.Slots[skip..];
        _output = output;
        _offsets.Clear();
        Span<int> offsets = _offsets.Extend(slots.Length + 1);
        offsets[0] = 0;
        _isOrdered = true;
        _first = 0;
        int end = -1; // of the last value with bytes
        int total = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            VariableSlot slot = slots[i];
            if (slot.Length > 0)
            {
                _isOrdered &= end < 0 || slot.Start == end;
                _first = end < 0 ? slot.Start : _first;
                end = slot.Start + slot.Length;
            }

            total = checked(total + slot.Length);
            offsets[i + 1] = total;
        }

        _ordered.Clear();
        if (!_isOrdered)
        {
            Span<byte> ordered = _ordered.Extend(total);
            ReadOnlySpan<byte> heap = output.Values;
            for (int i = 0; i < slots.Length; i++)
            {
                heap.Slice(slots[i].Start, slots[i].Length).CopyTo(ordered[offsets[i]..]);
            }
        }

        IsReady = true;
    }
}
