using System.Runtime.InteropServices;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>The values of a served sequence as bytes, whatever their type. Pure.</summary>
internal static class ServedBytes
{
    /// <summary>All rows of a column of fixed width, row after row.</summary>
    public static ReadOnlySpan<byte> Rows(in ServedSequence sequence, string column, ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => MemoryMarshal.AsBytes(sequence.Field<bool>(column)),
        ColumnKind.Int8 => MemoryMarshal.AsBytes(sequence.Field<sbyte>(column)),
        ColumnKind.UInt8 => sequence.Field<byte>(column),
        ColumnKind.Int16 => MemoryMarshal.AsBytes(sequence.Field<short>(column)),
        ColumnKind.UInt16 => MemoryMarshal.AsBytes(sequence.Field<ushort>(column)),
        ColumnKind.Int32 => MemoryMarshal.AsBytes(sequence.Field<int>(column)),
        ColumnKind.UInt32 => MemoryMarshal.AsBytes(sequence.Field<uint>(column)),
        ColumnKind.Int64 => MemoryMarshal.AsBytes(sequence.Field<long>(column)),
        ColumnKind.UInt64 => MemoryMarshal.AsBytes(sequence.Field<ulong>(column)),
        ColumnKind.Float16 => MemoryMarshal.AsBytes(sequence.Field<Half>(column)),
        ColumnKind.Float32 => MemoryMarshal.AsBytes(sequence.Field<float>(column)),
        ColumnKind.Float64 => MemoryMarshal.AsBytes(sequence.Field<double>(column)),
        ColumnKind.VectorInt8 => MemoryMarshal.AsBytes(sequence.Vector<sbyte>(column)),
        ColumnKind.VectorFloat16 => MemoryMarshal.AsBytes(sequence.Vector<Half>(column)),
        ColumnKind.VectorFloat32 => MemoryMarshal.AsBytes(sequence.Vector<float>(column)),
        _ => throw new NotSupportedException($"The column '{column}' has values of different lengths."),
    };

    /// <summary>Writes a tensor of the sequence.</summary>
    public static void WriteTensor(in ServedSequence sequence, string tensor, TensorType type, Span<byte> destination)
    {
        _ = type switch
        {
            TensorType.Float32 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, float>(destination)),
            TensorType.Float16 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, Half>(destination)),
            TensorType.Float64 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, double>(destination)),
            TensorType.Int8 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, sbyte>(destination)),
            TensorType.UInt8 => sequence.WriteTensor(tensor, destination),
            TensorType.Int16 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, short>(destination)),
            TensorType.Int32 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, int>(destination)),
            TensorType.Int64 => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, long>(destination)),
            _ => sequence.WriteTensor(tensor, MemoryMarshal.Cast<byte, bool>(destination)),
        };
    }
}
