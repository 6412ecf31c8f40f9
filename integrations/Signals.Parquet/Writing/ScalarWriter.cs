using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>A column of numbers or truth values.</summary>
/// <typeparam name="T">The type of a cell.</typeparam>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <param name="column">The index of the column.</param>
/// <param name="store">Turns cells into stored values.</param>
internal sealed class ScalarWriter<T, TStored>(int column, StoreCells<T, TStored> store) : LeafWriter
    where T : unmanaged
    where TStored : unmanaged
{
    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<TStored> target = (ColumnWriter<TStored>)writer;
        ColumnBlock block = rows.Columns[column];
        int width = block.Type.Width;
        ReadOnlySpan<T> cells = block.As<T>();
        scratch.Packed.Reserve((long)WriteScratch.Most * width);
        for (int start = 0; start < cells.Length; start += WriteScratch.Most)
        {
            int count = Math.Min(WriteScratch.Most, cells.Length - start);
            ReadOnlySpan<T> part = cells.Slice(start, count);
            Span<short> levels = scratch.Definitions.AsSpan(0, count);
            nint address = block.Address + start * width;
            if (block.Missing == 0)
            {
                levels.Fill(1);
            }
            else
            {
                Span<T> packed = scratch.Packed.As<T>();
                part = packed[..Pack(part, block.States.Slice(start, count), levels, packed)];
                address = scratch.Packed.Address;
            }

            target.WriteBatch(count, levels, default, store(part, address, scratch));
        }
    }

    private static int Pack(ReadOnlySpan<T> cells, ReadOnlySpan<ColumnState> states, Span<short> levels, Span<T> packed)
    {
        int count = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            bool isValue = states[i] == ColumnState.Value;
            levels[i] = isValue ? (short)1 : (short)0;
            packed[count] = cells[i];
            count += isValue ? 1 : 0;
        }

        return count;
    }
}
