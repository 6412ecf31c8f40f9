using Signals.Core.Columns;

namespace Signals.Core.Serving.Features;

/// <summary>Finds the category that a column's value is. Immutable; any thread.</summary>
internal abstract class Vocabulary
{
    /// <summary>The position of the value of a row, which has one; -1 when it is none of the categories.</summary>
    public abstract int Find(IColumnRows column, int row);
}
