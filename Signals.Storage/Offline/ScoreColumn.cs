using System.Buffers.Binary;

namespace Signals.Storage.Offline;

/// <summary>Reads any number column as a double. Pure.</summary>
internal static class ScoreColumn
{
    public static bool IsNumber(ColumnType type) =>
        type.IsInteger || type.Kind is ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64;

    /// <summary>Reads a number as a double. Whole numbers beyond 2^53 are rounded, as in any conversion to double.</summary>
    public static double Read(ColumnType type, ReadOnlySpan<byte> value) => type.Kind switch
    {
        ColumnKind.Int8 => (sbyte)value[0],
        ColumnKind.UInt8 => value[0],
        ColumnKind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(value),
        ColumnKind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(value),
        ColumnKind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value),
        ColumnKind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(value),
        ColumnKind.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
        ColumnKind.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(value),
        ColumnKind.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(value),
        ColumnKind.Float32 => BinaryPrimitives.ReadSingleLittleEndian(value),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(value),
    };
}
