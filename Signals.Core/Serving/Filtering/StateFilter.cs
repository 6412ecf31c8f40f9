using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where a column is in one state: absent, null or a value.</summary>
internal sealed class StateFilter(int column, ColumnState state) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch) =>
        MaskKernels.Range(rows.Column(column).RowStates, (byte)state, (byte)state, result.Words);
}
