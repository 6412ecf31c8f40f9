using Signals.Enrichment;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>A number or truth value for each row.</summary>
/// <param name="column">The column of the file.</param>
/// <param name="target">The column of the event type; the default value when the rows are entities.</param>
internal sealed class ScalarCell<T>(ValueCursor<T> column, Column<T> target) : Cell(column)
    where T : unmanaged
{
    private readonly T[] _values = column.Values;

    protected override void SetValue(EventRow row, int index) => row.Set(target, _values[index]);

    protected override void SetNull(EventRow row) => row.SetNull(target);

    protected override void SetValue(EntityRow row, string name, int index) => row.Set(name, _values[index]);
}
