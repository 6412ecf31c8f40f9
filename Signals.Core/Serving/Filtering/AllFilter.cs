using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where all operands are true. Without operands it is true everywhere.</summary>
internal sealed class AllFilter(RowFilter[] operands) : RowFilter
{
    public ReadOnlySpan<RowFilter> Operands => operands;

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        result.Reset(rows.Count, value: true);
        RowMask one = scratch.Push(rows.Count);
        foreach (RowFilter operand in operands)
        {
            operand.Evaluate(rows, one, scratch);
            result.And(one);
        }

        scratch.Pop();
    }
}
