using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The id of each event.</summary>
internal sealed class IdWriter : LeafWriter
{
    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch) =>
        ((ColumnWriter<long>)writer).WriteBatch(rows.Ids);
}
