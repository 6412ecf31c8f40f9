using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The time of each event.</summary>
internal sealed class TimeWriter : LeafWriter
{
    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch) =>
        ((ColumnWriter<long>)writer).WriteBatch(rows.Times);
}
