using Signals.Enrichment;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>A vector for each row.</summary>
/// <param name="column">The column of the file.</param>
/// <param name="target">The column of the event type; the default value when the rows are entities.</param>
/// <param name="dimensions">Elements of a vector.</param>
internal sealed class VectorCell<T>(ValueCursor<T> column, Column<T> target, int dimensions) : Cell(column)
    where T : unmanaged
{
    protected override void SetValue(EventRow row, int index) => row.SetVector(target, ValueOf(index));

    protected override void SetNull(EventRow row) => row.SetNull(target);

    protected override void SetValue(EntityRow row, string name, int index) => row.SetVector(name, ValueOf(index));

    private ReadOnlySpan<T> ValueOf(int index) => column.Values.AsSpan(index * dimensions, dimensions);
}
