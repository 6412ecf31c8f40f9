using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>A column of vectors, as lists of always the same length.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <param name="column">The index of the column.</param>
/// <param name="store">Turns elements into stored values.</param>
internal sealed class VectorWriter<T, TStored>(int column, StoreCells<T, TStored> store) : LeafWriter
    where T : unmanaged
    where TStored : unmanaged
{
    private const short WhenValue = 2;

    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<TStored> target = (ColumnWriter<TStored>)writer;
        ColumnBlock block = rows.Columns[column];
        int dimensions = block.Type.Dimensions;
        for (int row = 0; row < block.Count;)
        {
            int end = EndOfRun(block, row);
            if (block.States[row] == ColumnState.Value)
            {
                WriteVectors(target, block, row, end, dimensions, scratch);
            }
            else
            {
                WriteMissing(target, end - row, scratch);
            }

            row = end;
        }
    }

    private static int EndOfRun(ColumnBlock block, int row)
    {
        ReadOnlySpan<ColumnState> states = block.States;
        if (block.Missing == 0)
        {
            return states.Length;
        }

        bool isValue = states[row] == ColumnState.Value;
        int end = row + 1;
        while (end < states.Length && (states[end] == ColumnState.Value) == isValue)
        {
            end++;
        }

        return end;
    }

    private static void WriteMissing(ColumnWriter<TStored> target, int rows, WriteScratch scratch)
    {
        while (rows > 0)
        {
            int count = Math.Min(rows, WriteScratch.Most);
            scratch.Definitions.AsSpan(0, count).Clear();
            scratch.Repetitions.AsSpan(0, count).Clear();

            // The writer takes no null span, so it gets an empty one that has an address.
            target.WriteBatch(count, scratch.Definitions, scratch.Repetitions, new TStored[1].AsSpan(0, 0));
            rows -= count;
        }
    }

    // A vector may be longer than a call takes.
    private void WriteVectors(
        ColumnWriter<TStored> target, ColumnBlock block, int first, int end, int dimensions, WriteScratch scratch)
    {
        int elementWidth = block.Type.Width / dimensions;
        ReadOnlySpan<T> elements = block.As<T>()[(first * dimensions)..(end * dimensions)];
        int piece = dimensions <= WriteScratch.Most ? WriteScratch.Most / dimensions * dimensions : WriteScratch.Most;
        Span<short> definitions = scratch.Definitions;
        Span<short> repetitions = scratch.Repetitions;
        definitions.Fill(WhenValue);
        repetitions.Fill(1);
        for (int i = 0; i < WriteScratch.Most; i += dimensions)
        {
            repetitions[i] = 0;
        }

        for (int start = 0; start < elements.Length; start += piece)
        {
            int count = Math.Min(piece, elements.Length - start);
            repetitions[0] = start % dimensions == 0 ? (short)0 : (short)1;
            nint address = block.Address + (nint)((long)first * block.Type.Width + (long)start * elementWidth);
            target.WriteBatch(count, definitions, repetitions, store(elements.Slice(start, count), address, scratch));
        }
    }
}
