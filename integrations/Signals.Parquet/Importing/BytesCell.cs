using Signals.Enrichment;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>Text or bytes for each row.</summary>
/// <param name="column">The column of the file.</param>
/// <param name="target">The column of the event type; the default value when the rows are entities.</param>
internal sealed class BytesCell(BytesCursor column, VariableColumn target) : Cell(column)
{
    protected override void SetValue(EventRow row, int index) => row.SetBytes(target, column.ValueOf(index));

    protected override void SetNull(EventRow row) => row.SetNull(target);

    protected override void SetValue(EntityRow row, string name, int index) => row.SetBytes(name, column.ValueOf(index));
}
