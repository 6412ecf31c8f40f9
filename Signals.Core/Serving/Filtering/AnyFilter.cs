using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where at least one operand is true. Without operands it is false everywhere.</summary>
internal sealed class AnyFilter(RowFilter[] operands) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        result.Reset(rows.Count, value: false);
        RowMask one = scratch.Push(rows.Count);
        foreach (RowFilter operand in operands)
        {
            operand.Evaluate(rows, one, scratch);
            result.Or(one);
        }

        scratch.Pop();
    }
}
