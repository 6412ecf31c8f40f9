using System.Buffers.Binary;
using Signals.Core.Columns;

namespace Signals.Core.Serving.Sizing;

/// <summary>
/// Maps a scalar value to 64 bits that are equal exactly when the values are. Zeros of both signs are equal, and so are all NaNs.
/// Pure.
/// </summary>
internal static class ScalarKey
{
    public static ulong ReadKey(IColumnRows column, int row)
    {
        ReadOnlySpan<byte> values = column.FixedRows;
        switch (column.Type.Kind)
        {
            case ColumnKind.Float16:
                Half half = BinaryPrimitives.ReadHalfLittleEndian(values[(row * 2)..]);
                return half == Half.Zero ? 0 : Half.IsNaN(half) ? ulong.MaxValue : BitConverter.HalfToUInt16Bits(half);
            case ColumnKind.Float32:
                float single = BinaryPrimitives.ReadSingleLittleEndian(values[(row * 4)..]);
                return single == 0 ? 0 : float.IsNaN(single) ? ulong.MaxValue : BitConverter.SingleToUInt32Bits(single);
            case ColumnKind.Float64:
                double number = BinaryPrimitives.ReadDoubleLittleEndian(values[(row * 8)..]);
                return number == 0 ? 0 : double.IsNaN(number) ? ulong.MaxValue : BitConverter.DoubleToUInt64Bits(number);
        }

        return column.Type.Width switch
        {
            1 => values[row],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(values[(row * 2)..]),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(values[(row * 4)..]),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(values[(row * 8)..]),
        };
    }
}
