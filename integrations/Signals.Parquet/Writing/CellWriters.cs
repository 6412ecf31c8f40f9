using System.Runtime.InteropServices;
using ParquetSharp;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>The writer of each kind of column. Pure.</summary>
internal static class CellWriters
{
    private const int HalfBytes = 2;

    /// <summary>The writer of a column.</summary>
    /// <param name="index">The index of the column in the rows.</param>
    /// <param name="column">The column.</param>
    /// <param name="rule">What becomes of text that is not UTF-8.</param>
    public static LeafWriter Create(int index, LakeColumn column, ParquetTextRule rule) => column.Type.Kind switch
    {
        ColumnKind.Boolean => new ScalarWriter<byte, bool>(index, (cells, _, _) => MemoryMarshal.Cast<byte, bool>(cells)),
        ColumnKind.Int8 => new ScalarWriter<sbyte, int>(index, Widen),
        ColumnKind.UInt8 => new ScalarWriter<byte, int>(index, Widen),
        ColumnKind.Int16 => new ScalarWriter<short, int>(index, Widen),
        ColumnKind.UInt16 => new ScalarWriter<ushort, int>(index, Widen),
        ColumnKind.Int32 or ColumnKind.UInt32 => new ScalarWriter<int, int>(index, (cells, _, _) => cells),
        ColumnKind.Int64 or ColumnKind.UInt64 => new ScalarWriter<long, long>(index, (cells, _, _) => cells),
        ColumnKind.Float16 => new ScalarWriter<Half, FixedLenByteArray>(index, Point),
        ColumnKind.Float32 => new ScalarWriter<float, float>(index, (cells, _, _) => cells),
        ColumnKind.Float64 => new ScalarWriter<double, double>(index, (cells, _, _) => cells),
        ColumnKind.Text => new VariableWriter(index, column.Name, rule == ParquetTextRule.AsBytes ? null : rule),
        ColumnKind.Bytes => new VariableWriter(index, column.Name, null),
        ColumnKind.VectorInt8 => new VectorWriter<sbyte, int>(index, Widen),
        ColumnKind.VectorFloat16 => new VectorWriter<Half, FixedLenByteArray>(index, Point),
        ColumnKind.VectorFloat32 => new VectorWriter<float, float>(index, (cells, _, _) => cells),
        _ => throw new NotSupportedException(
            $"The column '{column.Name}' is of kind {column.Type.Kind}, which this version cannot write as Parquet."),
    };

    private static ReadOnlySpan<int> Widen(ReadOnlySpan<sbyte> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = cells[i];
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    private static ReadOnlySpan<int> Widen(ReadOnlySpan<byte> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = cells[i];
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    private static ReadOnlySpan<int> Widen(ReadOnlySpan<short> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = cells[i];
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    private static ReadOnlySpan<int> Widen(ReadOnlySpan<ushort> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = cells[i];
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    private static ReadOnlySpan<FixedLenByteArray> Point(ReadOnlySpan<Half> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Places[i] = new FixedLenByteArray(address + i * HalfBytes);
        }

        return scratch.Places.AsSpan(0, cells.Length);
    }
}
