using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Turns rows of a narrow number type into those of a wider one that holds each of its values (<see cref="ColumnType.Holds"/>). Pure.
/// Numbers stay exactly equal. A NaN keeps its sign and its bits, on every processor.
/// </summary>
internal static class NumberWidening
{
    /// <summary>Widens rows in place: the narrow rows lie at the end of the span, and the wide ones fill it.</summary>
    public static void Widen(ColumnType from, ColumnType to, Span<byte> rows)
    {
        switch (from.Kind)
        {
            case ColumnKind.Int8 or ColumnKind.VectorInt8: Widen<sbyte>(to.Kind, rows); break;
            case ColumnKind.UInt8: Widen<byte>(to.Kind, rows); break;
            case ColumnKind.Int16: Widen<short>(to.Kind, rows); break;
            case ColumnKind.UInt16: Widen<ushort>(to.Kind, rows); break;
            case ColumnKind.Int32: Widen<int>(to.Kind, rows); break;
            case ColumnKind.UInt32: Widen<uint>(to.Kind, rows); break;
            case ColumnKind.Float16 or ColumnKind.VectorFloat16: Widen<Half>(to.Kind, rows); break;
            case ColumnKind.Float32: Widen<float>(to.Kind, rows); break;
            default: throw new ArgumentOutOfRangeException(nameof(from), $"{from} cannot be widened to {to}.");
        }
    }

    private static void Widen<TFrom>(ColumnKind to, Span<byte> rows)
        where TFrom : unmanaged, INumberBase<TFrom>
    {
        switch (to)
        {
            case ColumnKind.Int16: Run<TFrom, short>(rows); break;
            case ColumnKind.UInt16: Run<TFrom, ushort>(rows); break;
            case ColumnKind.Int32: Run<TFrom, int>(rows); break;
            case ColumnKind.UInt32: Run<TFrom, uint>(rows); break;
            case ColumnKind.Int64: Run<TFrom, long>(rows); break;
            case ColumnKind.UInt64: Run<TFrom, ulong>(rows); break;
            case ColumnKind.Float16 or ColumnKind.VectorFloat16: Run<TFrom, Half>(rows); break;
            case ColumnKind.Float32 or ColumnKind.VectorFloat32: Run<TFrom, float>(rows); break;
            case ColumnKind.Float64: Run<TFrom, double>(rows); break;
            default: throw new ArgumentOutOfRangeException(nameof(to), $"{typeof(TFrom).Name} cannot be widened to {to}.");
        }
    }

    // A wide number never reaches beyond the narrow one that it comes from, because the narrow ones end where the wide ones end.
    [MethodImpl(Compile.InFull)]
    private static void Run<TFrom, TTo>(Span<byte> rows)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        Span<TTo> wide = MemoryMarshal.Cast<byte, TTo>(rows);
        ReadOnlySpan<TFrom> narrow = MemoryMarshal.Cast<byte, TFrom>(rows[^(wide.Length * Unsafe.SizeOf<TFrom>())..]);
        for (int i = 0; i < wide.Length; i++)
        {
            TFrom value = narrow[i];
            wide[i] = TFrom.IsNaN(value) ? NaN<TFrom, TTo>(value) : TTo.CreateTruncating(value);
        }
    }

    // A processor's own conversion makes a signalling NaN quiet.
    private static TTo NaN<TFrom, TTo>(TFrom value)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        (ulong bits, int exponentBits, int fractionBits) = value switch
        {
            Half half => ((ulong)BitConverter.HalfToUInt16Bits(half), 5, 10),
            float single => (BitConverter.SingleToUInt32Bits(single), 8, 23),
            _ => throw new InvalidOperationException($"A {typeof(TFrom).Name} is never NaN."),
        };
        bool isNegative = bits >> (exponentBits + fractionBits) != 0;
        ulong fraction = bits & ((1UL << fractionBits) - 1);
        if (typeof(TTo) == typeof(float))
        {
            uint single = (isNegative ? 1u << 31 : 0) | 0x7F80_0000 | (uint)(fraction << (23 - fractionBits));
            return Unsafe.BitCast<float, TTo>(BitConverter.UInt32BitsToSingle(single));
        }

        ulong wide = (isNegative ? 1UL << 63 : 0) | 0x7FF0_0000_0000_0000 | (fraction << (52 - fractionBits));
        return Unsafe.BitCast<double, TTo>(BitConverter.UInt64BitsToDouble(wide));
    }
}
