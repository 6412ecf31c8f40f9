using Signals.Core.Columns;

namespace Signals.Core.Serving.Features;

/// <summary>Finds the category that a column's value belongs to. Immutable; any thread.</summary>
internal abstract class Vocabulary
{
    /// <summary>
    /// The position of the category of a row, which must have a value; -1 when the value is none of the categories.
    /// </summary>
    public abstract int Find(IColumnRows column, int row);
}
