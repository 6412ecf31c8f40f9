using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>A leaf with one value for each sequence.</summary>
/// <param name="leaf">How the values are written.</param>
internal sealed class SequenceLeaf(LeafWriter leaf) : FeatureLeaf
{
    public override void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch) =>
        leaf.Write(writer, block.Sequences, scratch);
}
