using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>Writes one leaf of a row group. Thread contract: one thread at a time; no state.</summary>
internal abstract class LeafWriter
{
    /// <summary>Writes the leaf of all rows.</summary>
    /// <param name="writer">The leaf's writer.</param>
    /// <param name="rows">The rows of the row group.</param>
    /// <param name="scratch">Room to work in.</param>
    public abstract void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch);
}
