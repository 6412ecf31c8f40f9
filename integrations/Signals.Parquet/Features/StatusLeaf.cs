using ParquetSharp;
using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>The status of each answer as text.</summary>
internal sealed class StatusLeaf : FeatureLeaf
{
    public override void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch)
    {
        ColumnWriter<ByteArray> target = (ColumnWriter<ByteArray>)writer;
        foreach (byte status in block.Sequences.Columns[FeatureBlock.StatusColumn].As<byte>())
        {
            byte[] text = System.Text.Encoding.UTF8.GetBytes(((ServingStatus)status).ToString());
            scratch.Bytes.Reserve(text.Length);
            text.CopyTo(scratch.Bytes.Span);
            scratch.Slices[0] = new ByteArray(scratch.Bytes.Address, text.Length);
            target.WriteBatch(scratch.Slices.AsSpan(0, 1));
        }
    }
}
