using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where the operand is false, for whatever reason.</summary>
internal sealed class NotFilter(RowFilter operand) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        operand.Evaluate(rows, result, scratch);
        result.Not();
    }
}
