using System.Numerics;
using System.Runtime.InteropServices;

namespace Signals.Core.Columns;

/// <summary>
/// Represents integers, and the bits of floats, as offsets from the smallest one. Pure. Values are handled as unsigned numbers of
/// their width and all sums wrap, so signs matter only when the smallest value is searched.
/// </summary>
internal static class FrameOfReference
{
    /// <summary>The smallest value, as an unsigned number of its width, and its distance to the largest.</summary>
    public static (ulong Base, ulong Span) Measure(ColumnKind kind, ReadOnlySpan<byte> values)
    {
        switch (kind)
        {
            case ColumnKind.Int8:
                (sbyte low8, sbyte high8) = Range(MemoryMarshal.Cast<byte, sbyte>(values));
                return ((byte)low8, (byte)(high8 - low8));
            case ColumnKind.Boolean or ColumnKind.UInt8:
                (byte lowU8, byte highU8) = Range(values);
                return (lowU8, (byte)(highU8 - lowU8));
            case ColumnKind.Int16:
                (short low16, short high16) = Range(MemoryMarshal.Cast<byte, short>(values));
                return ((ushort)low16, (ushort)(high16 - low16));
            case ColumnKind.UInt16 or ColumnKind.Float16:
                (ushort lowU16, ushort highU16) = Range(MemoryMarshal.Cast<byte, ushort>(values));
                return (lowU16, (ushort)(highU16 - lowU16));
            case ColumnKind.Int32:
                (int low32, int high32) = Range(MemoryMarshal.Cast<byte, int>(values));
                return ((uint)low32, (uint)high32 - (uint)low32);
            case ColumnKind.UInt32 or ColumnKind.Float32:
                (uint lowU32, uint highU32) = Range(MemoryMarshal.Cast<byte, uint>(values));
                return (lowU32, highU32 - lowU32);
            case ColumnKind.Int64:
                (long low64, long high64) = Range(MemoryMarshal.Cast<byte, long>(values));
                return ((ulong)low64, (ulong)high64 - (ulong)low64);
            case ColumnKind.UInt64 or ColumnKind.Float64:
                (ulong lowU64, ulong highU64) = Range(MemoryMarshal.Cast<byte, ulong>(values));
                return (lowU64, highU64 - lowU64);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), $"{kind} has no frame of reference.");
        }
    }

    private static (T Low, T High) Range<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        T low = values[0];
        T high = values[0];
        int i = 0;
        if (values.Length >= Vector<T>.Count)
        {
            Vector<T> lows = new(values);
            Vector<T> highs = lows;
            for (i = Vector<T>.Count; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector<T> next = new(values[i..]);
                lows = Vector.Min(lows, next);
                highs = Vector.Max(highs, next);
            }

            for (int lane = 0; lane < Vector<T>.Count; lane++)
            {
                low = T.Min(low, lows[lane]);
                high = T.Max(high, highs[lane]);
            }
        }

        for (; i < values.Length; i++)
        {
            low = T.Min(low, values[i]);
            high = T.Max(high, values[i]);
        }

        return (low, high);
    }
}
