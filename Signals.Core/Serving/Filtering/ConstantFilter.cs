using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>The same result for every row.</summary>
internal sealed class ConstantFilter(bool value) : RowFilter
{
    public static ConstantFilter True { get; } = new(true);

    public static ConstantFilter False { get; } = new(false);

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch) => result.Reset(rows.Count, value);
}
