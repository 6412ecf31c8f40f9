using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>
/// A list for each sequence, with an element for each event. An element is null when the event has no value; the element of a vector, or
/// the row of a tensor, is a list itself.
/// </summary>
/// <typeparam name="T">The type of a cell.</typeparam>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <param name="cells">Gives the cells of an event that has a value.</param>
/// <param name="store">Turns cells into stored values.</param>
/// <param name="column">The column of the events whose states count; null when every event has a value.</param>
/// <param name="isNested">Whether an element is a list itself.</param>
internal sealed class ListLeaf<T, TStored>(FeatureCells<T> cells, StoreCells<T, TStored> store, int? column, bool isNested) : FeatureLeaf
    where T : unmanaged
    where TStored : unmanaged
{
    private const short WhenEmpty = 0;
    private const short WhenNull = 1;
    private const short WithinElement = 2;

    // An element that may be null adds a level, and so does a list in it.
    private readonly short _whenValue = (short)((column is null ? 1 : 2) + (isNested ? 1 : 0));

    public override void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch)
    {
        LevelBatch<T, TStored> batch = new((ColumnWriter<TStored>)writer, scratch, store);
        ReadOnlySpan<ColumnState> states = column is int index ? block.Events.Columns[index].States : [];
        int start = 0;
        foreach (int end in block.Ends)
        {
            if (start == end)
            {
                batch.AddNone(WhenEmpty, 0);
            }

            for (int row = start; row < end; row++)
            {
                short first = row == start ? (short)0 : (short)1;
                if (!states.IsEmpty && states[row] != ColumnState.Value)
                {
                    batch.AddNone(WhenNull, first);
                }
                else
                {
                    batch.Add(cells(block, row, scratch), _whenValue, first, WithinElement);
                }
            }

            start = end;
        }

        batch.Flush();
    }
}
