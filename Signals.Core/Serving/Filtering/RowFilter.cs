using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>A compiled condition on the rows of a <see cref="RowSet"/>. It is evaluated over all rows at once.</summary>
/// <remarks>
/// Thread contract: immutable; any thread, each with its own rows and scratch. A condition is either true or false. A comparison,
/// a range or a set is false for a row that is absent or null, and also for NaN. <c>not</c> negates the result of each row, so it
/// is true where its operand is false because there is no value.
/// </remarks>
internal abstract class RowFilter
{
    /// <summary>Overwrites <paramref name="result"/>, which has as many rows as <paramref name="rows"/>.</summary>
    public abstract void Evaluate(RowSet rows, RowMask result, FilterScratch scratch);
}
