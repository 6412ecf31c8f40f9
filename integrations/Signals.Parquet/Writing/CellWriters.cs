using System.Runtime.InteropServices;
using ParquetSharp;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>The writer of each kind of column. Pure.</summary>
internal static class CellWriters
{
    /// <summary>The writer of a column.</summary>
    /// <param name="index">The index of the column in the rows.</param>
    /// <param name="column">The column.</param>
    /// <param name="rule">What becomes of text that is not UTF-8.</param>
    public static LeafWriter Create(int index, LakeColumn column, ParquetTextRule rule) => column.Type.Kind switch
    {
        ColumnKind.Boolean => new ScalarWriter<byte, bool>(index, (cells, _, _) => MemoryMarshal.Cast<byte, bool>(cells)),
        ColumnKind.Int8 => new ScalarWriter<sbyte, int>(index, StoredCells.Widen),
        ColumnKind.UInt8 => new ScalarWriter<byte, int>(index, StoredCells.Widen),
        ColumnKind.Int16 => new ScalarWriter<short, int>(index, StoredCells.Widen),
        ColumnKind.UInt16 => new ScalarWriter<ushort, int>(index, StoredCells.Widen),
        ColumnKind.Int32 or ColumnKind.UInt32 => new ScalarWriter<int, int>(index, StoredCells.Same),
        ColumnKind.Int64 or ColumnKind.UInt64 => new ScalarWriter<long, long>(index, StoredCells.Same),
        ColumnKind.Float16 => new ScalarWriter<Half, FixedLenByteArray>(index, StoredCells.Point),
        ColumnKind.Float32 => new ScalarWriter<float, float>(index, StoredCells.Same),
        ColumnKind.Float64 => new ScalarWriter<double, double>(index, StoredCells.Same),
        ColumnKind.Text => new VariableWriter(index, column.Name, rule == ParquetTextRule.AsBytes ? null : rule),
        ColumnKind.Bytes => new VariableWriter(index, column.Name, null),
        ColumnKind.VectorInt8 => new VectorWriter<sbyte, int>(index, StoredCells.Widen),
        ColumnKind.VectorFloat16 => new VectorWriter<Half, FixedLenByteArray>(index, StoredCells.Point),
        ColumnKind.VectorFloat32 => new VectorWriter<float, float>(index, StoredCells.Same),
        _ => throw new NotSupportedException(
            $"The column '{column.Name}' is of kind {column.Type.Kind}, which this version cannot write as Parquet."),
    };
}
