using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>Writes one leaf of a row group of sequences. Thread contract: one thread at a time; no state.</summary>
internal abstract class FeatureLeaf
{
    /// <summary>Writes the leaf of all sequences.</summary>
    public abstract void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch);
}
