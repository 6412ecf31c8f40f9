using Signals.Core.Columns;
using Signals.Core.Serving.Rows;
using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// True where a text or bytes column has a value of the set, compared by bytes. With <c>outside</c>, true where it has any other
/// value.
/// </summary>
internal sealed class BytesSetFilter(int column, IEnumerable<byte[]> values, bool outside = false) : RowFilter
{
    private readonly BytesSet _set = new(values);

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        IColumnRows source = rows.Column(column);
        ReadOnlySpan<byte> states = source.RowStates;
        Span<ulong> words = result.Words;
        words.Clear();
        for (int row = 0; row < states.Length; row++)
        {
            if (states[row] == (byte)ColumnState.Value && _set.Find(source.GetValue(row)) >= 0 != outside)
            {
                words[row >> 6] |= 1UL << row;
            }
        }
    }
}
