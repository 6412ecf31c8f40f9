using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Filtering;

/// <summary>A condition on the rows of a <see cref="RowSet"/>, with columns and literals resolved: evaluated over all rows at once.</summary>
/// <remarks>
/// Thread contract: immutable; any thread, with its own rows and scratch. Every condition is two-valued: a comparison, a range or a set is
/// false for a row that is absent or null, and a NaN is in no comparison, range or set. <c>not</c> turns each row's answer over, so it is
/// true where its operand is false for want of a value.
/// </remarks>
internal abstract class RowFilter
{
    /// <summary>Overwrites <paramref name="result"/>, which has as many rows as <paramref name="rows"/>.</summary>
    public abstract void Evaluate(RowSet rows, RowMask result, FilterScratch scratch);
}
