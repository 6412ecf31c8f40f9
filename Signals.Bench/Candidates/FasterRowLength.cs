using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>
/// How many bytes a head takes: room for 4 rows at first, and twice as much each time that it is full, up to 256 rows. Stateless.
/// </summary>
internal sealed class FasterRowLength(int rowBytes) : IVariableLengthStruct<SpanByte, PackedRow>
{
    private const int FirstRows = 4;

    public int GetInitialLength(ref PackedRow input) => sizeof(int) + RowHead.BytesFor(FirstRows, rowBytes);

    public int GetLength(ref SpanByte t, ref PackedRow input)
    {
        RowHead head = new(t.AsSpan(), rowBytes);
        int rows = head.Count == head.Capacity ? Math.Min(RowHead.MostRows, 2 * head.Capacity) : head.Capacity;
        return sizeof(int) + RowHead.BytesFor(rows, rowBytes);
    }
}
