using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>A padded tensor: a list for each sequence that always has as many elements, row after row.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <param name="cells">Gives the elements of a sequence.</param>
/// <param name="store">Turns elements into stored values.</param>
internal sealed class PaddedLeaf<T, TStored>(FeatureCells<T> cells, StoreCells<T, TStored> store) : FeatureLeaf
    where T : unmanaged
    where TStored : unmanaged
{
    private const short WhenValue = 1;

    public override void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch)
    {
        LevelBatch<T, TStored> batch = new((ColumnWriter<TStored>)writer, scratch, store);
        for (int sequence = 0; sequence < block.Ends.Count; sequence++)
        {
            batch.Add(cells(block, sequence, scratch), WhenValue, 0, 1);
        }

        batch.Flush();
    }
}
