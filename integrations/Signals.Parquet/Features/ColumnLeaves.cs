using System.Runtime.InteropServices;
using System.Text.Unicode;
using ParquetSharp;
using Signals.Parquet.Layout;
using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>The leaf of each kind of column. Pure.</summary>
internal static class ColumnLeaves
{
    /// <summary>The leaf of a column's values.</summary>
    /// <param name="index">The index of the column among those of the events.</param>
    /// <param name="source">The column.</param>
    /// <param name="textAdvice">What the user can do about a text that is not UTF-8.</param>
    public static FeatureLeaf Values(int index, LakeColumn source, string textAdvice) => source.Type.Kind switch
    {
        ColumnKind.Boolean => Of<byte, bool>(index, source, (cells, _, _) => MemoryMarshal.Cast<byte, bool>(cells)),
        ColumnKind.Int8 or ColumnKind.VectorInt8 => Of<sbyte, int>(index, source, StoredCells.Widen),
        ColumnKind.UInt8 => Of<byte, int>(index, source, StoredCells.Widen),
        ColumnKind.Int16 => Of<short, int>(index, source, StoredCells.Widen),
        ColumnKind.UInt16 => Of<ushort, int>(index, source, StoredCells.Widen),
        ColumnKind.Int32 or ColumnKind.UInt32 => Of<int, int>(index, source, StoredCells.Same),
        ColumnKind.Int64 or ColumnKind.UInt64 => Of<long, long>(index, source, StoredCells.Same),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => Of<float, float>(index, source, StoredCells.Same),
        ColumnKind.Float64 => Of<double, double>(index, source, StoredCells.Same),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => Of<Half, FixedLenByteArray>(index, source, StoredCells.Point),
        ColumnKind.Text => Variable(index, (block, row, scratch) => Text(block, source.Name, index, row, scratch, textAdvice)),
        _ => Variable(index, (block, row, scratch) => Bytes(block, index, row, scratch)),
    };

    /// <summary>The leaf of a column's states, each a number.</summary>
    public static FeatureLeaf States(int index) => new ListLeaf<byte, int>(
        (block, row, _) => MemoryMarshal.AsBytes(block.Events.Columns[index].States.Slice(row, 1)),
        StoredCells.Widen,
        null,
        isNested: false);

    /// <summary>The leaf of the event types, which are the last column of the events.</summary>
    /// <param name="index">The index of the column.</param>
    public static FeatureLeaf EventTypes(int index) => new ListLeaf<ushort, int>(
        (block, row, _) => block.Events.Columns[index].As<ushort>().Slice(row, 1), StoredCells.Widen, null, isNested: false);

    private static ListLeaf<T, TStored> Of<T, TStored>(int index, LakeColumn source, StoreCells<T, TStored> store)
        where T : unmanaged
        where TStored : unmanaged
    {
        int dimensions = source.Type.Dimensions;
        return new ListLeaf<T, TStored>(
            (block, row, _) => block.Events.Columns[index].As<T>().Slice(row * dimensions, dimensions), store, index, source.Type.IsVector);
    }

    private static ListLeaf<ByteArray, ByteArray> Variable(int index, FeatureCells<ByteArray> cells) =>
        new(cells, StoredCells.Same, index, isNested: false);

    private static ReadOnlySpan<ByteArray> Text(
        FeatureBlock block, string name, int index, int row, WriteScratch scratch, string advice)
    {
        RowBlock events = block.Events;
        ColumnBlock column = events.Columns[index];
        int begin = row == 0 ? 0 : column.Ends[row - 1];
        return Utf8.IsValid(column.Values[begin..column.Ends[row]])
            ? Bytes(block, index, row, scratch)
            : throw new ParquetTextException(name, events.Users[row], events.Times[row], (ulong)events.Ids[row], advice);
    }

    private static ReadOnlySpan<ByteArray> Bytes(FeatureBlock block, int index, int row, WriteScratch scratch)
    {
        ColumnBlock column = block.Events.Columns[index];
        int begin = row == 0 ? 0 : column.Ends[row - 1];
        scratch.Slices[0] = new ByteArray(column.Address + begin, column.Ends[row] - begin);
        return scratch.Slices.AsSpan(0, 1);
    }
}
