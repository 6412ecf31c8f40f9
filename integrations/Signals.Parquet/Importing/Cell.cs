using Signals.Enrichment;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>
/// A column of the file and the column of the schema that takes its values. Thread contract: one thread. Owns the column.
/// </summary>
/// <param name="column">The column of the file.</param>
internal abstract class Cell(ColumnCursor column) : IDisposable
{
    /// <summary>The column of the file.</summary>
    public ColumnCursor Column => column;

    /// <summary>Whether a missing cell is null; otherwise it is absent.</summary>
    public bool MissingIsNull { get; init; }

    /// <summary>Whether the batch has a value, or null, in a row.</summary>
    public bool IsSet(int row) => column.Marks[row] is RowMark.Value or RowMark.Null || MissingIsNull;

    /// <summary>Sets the cell of an event to that of a row of the batch.</summary>
    public void Set(EventRow target, int row)
    {
        if (column.Marks[row] == RowMark.Value)
        {
            SetValue(target, row);
        }
        else if (column.Marks[row] == RowMark.Null || MissingIsNull)
        {
            SetNull(target);
        }
    }

    /// <summary>Sets the cell of an entity to that of a row of the batch.</summary>
    public void Set(EntityRow target, string name, int row)
    {
        if (column.Marks[row] == RowMark.Value)
        {
            SetValue(target, name, row);
        }
        else if (column.Marks[row] == RowMark.Null || MissingIsNull)
        {
            target.SetNull(name);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => column.Dispose();

    protected abstract void SetValue(EventRow target, int row);

    protected abstract void SetNull(EventRow target);

    protected abstract void SetValue(EntityRow target, string name, int row);
}
