using ParquetSharp;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>
/// A list for each sequence, with an element for each event. An element is null when the event has no value; the element of a vector is a
/// list itself.
/// </summary>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <param name="elements">Gives the stored values of some events, all of which have a value.</param>
/// <param name="column">The column of the events; null when every event has a value and only one.</param>
/// <param name="canBeNull">Whether elements may be null.</param>
internal sealed class ListLeaf<TStored>(StoreEvents<TStored> elements, int? column, bool canBeNull) : FeatureLeaf
    where TStored : unmanaged
{
    private const short WhenEmpty = 0;
    private const short WhenNull = 1;

    public override void Write(ColumnWriter writer, FeatureBlock block, WriteScratch scratch)
    {
        ColumnWriter<TStored> target = (ColumnWriter<TStored>)writer;
        ColumnBlock? cells = column is int index ? block.Events.Columns[index] : null;
        bool isVector = cells is not null && cells.Type.IsVector;
        int dimensions = cells?.Type.Dimensions ?? 1;
        short whenValue = (short)((canBeNull ? 2 : 1) + (isVector ? 1 : 0));
        int start = 0;
        foreach (int end in block.Ends)
        {
            if (start == end)
            {
                WriteOne(target, WhenEmpty, 0, scratch);
            }

            for (int row = start; row < end; row++)
            {
                short first = row == start ? (short)0 : (short)1;
                if (cells is not null && cells.States[row] != ColumnState.Value)
                {
                    WriteOne(target, WhenNull, first, scratch);
                    continue;
                }

                WriteValue(target, elements(block, row, scratch), whenValue, first, dimensions, scratch);
            }

            start = end;
        }
    }

    private static void WriteOne(ColumnWriter<TStored> target, short definition, short repetition, WriteScratch scratch)
    {
        (scratch.Definitions[0], scratch.Repetitions[0]) = (definition, repetition);
        target.WriteBatch(1, scratch.Definitions, scratch.Repetitions, new TStored[1].AsSpan(0, 0));
    }

    private static void WriteValue(
        ColumnWriter<TStored> target, ReadOnlySpan<TStored> values, short definition, short first, int dimensions, WriteScratch scratch)
    {
        scratch.Definitions.AsSpan(0, dimensions).Fill(definition);
        scratch.Repetitions.AsSpan(0, dimensions).Fill(2);
        scratch.Repetitions[0] = first;
        target.WriteBatch(dimensions, scratch.Definitions, scratch.Repetitions, values);
    }
}
