using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Core.Columns;

/// <summary>
/// Widens unsigned offsets and adds a base, producing 32 bytes of result at a time. Pure. Sums wrap. Hosts are little-endian,
/// like the format.
/// </summary>
internal static class IntegerWidening
{
    private interface IStep<TNarrow, TWide>
    {
        /// <summary>
        /// Widens offsets from <paramref name="at"/> on, as many as a vector of results holds, and reads no more than those.
        /// </summary>
        static abstract Vector256<TWide> At(ref TNarrow from, int at);
    }

    /// <summary>Writes <c>low + offset</c> of each offset of <paramref name="unit"/> bytes in <paramref name="width"/> bytes.</summary>
    public static void Widen(int width, int unit, ulong low, ReadOnlySpan<byte> offsets, Span<byte> values)
    {
        switch ((width, unit))
        {
            case (2, 1): Run<byte, ushort, From8To16>((ushort)low, offsets, values); break;
            case (4, 1): Run<byte, uint, From8To32>((uint)low, offsets, values); break;
            case (4, 2): Run<ushort, uint, From16To32>((uint)low, offsets, values); break;
            case (8, 1): Run<byte, ulong, From8To64>(low, offsets, values); break;
            case (8, 2): Run<ushort, ulong, From16To64>(low, offsets, values); break;
            case (8, 4): Run<uint, ulong, From32To64>(low, offsets, values); break;
            default: throw new ArgumentOutOfRangeException(nameof(unit), $"Offsets of {unit} bytes cannot be widened to {width}.");
        }
    }

    private static void Run<TNarrow, TWide, TStep>(TWide low, ReadOnlySpan<byte> offsets, Span<byte> values)
        where TNarrow : unmanaged
        where TWide : unmanaged, IBinaryInteger<TWide>
        where TStep : struct, IStep<TNarrow, TWide>
    {
        ReadOnlySpan<TNarrow> from = MemoryMarshal.Cast<byte, TNarrow>(offsets);
        Span<TWide> to = MemoryMarshal.Cast<byte, TWide>(values)[..from.Length];
        int lanes = Vector256<TWide>.Count;
        if (from.Length < lanes)
        {
            for (int i = 0; i < from.Length; i++)
            {
                TWide value = default;
                Unsafe.As<TWide, TNarrow>(ref value) = from[i];
                to[i] = value + low;
            }

            return;
        }

        // The last step ends at the last offset and may repeat some offsets of the step before.
        Vector256<TWide> lows = Vector256.Create(low);
        ref TNarrow source = ref MemoryMarshal.GetReference(from);
        ref TWide destination = ref MemoryMarshal.GetReference(to);
        int last = from.Length - lanes;
        for (int i = 0; i < last; i += lanes)
        {
            (TStep.At(ref source, i) + lows).StoreUnsafe(ref destination, (nuint)i);
        }

        (TStep.At(ref source, last) + lows).StoreUnsafe(ref destination, (nuint)last);
    }

    private readonly struct From8To16 : IStep<byte, ushort>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ushort> At(ref byte from, int at) =>
            Vector256.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)at).ToVector256Unsafe());
    }

    private readonly struct From8To32 : IStep<byte, uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> At(ref byte from, int at)
        {
            Vector128<byte> eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at))).AsByte();
            return Vector256.WidenLower(Vector128.WidenLower(eight).ToVector256Unsafe());
        }
    }

    private readonly struct From8To64 : IStep<byte, ulong>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ulong> At(ref byte from, int at)
        {
            Vector128<byte> four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, at))).AsByte();
            return Vector256.WidenLower(Vector128.WidenLower(Vector128.WidenLower(four)).ToVector256Unsafe());
        }
    }

    private readonly struct From16To32 : IStep<ushort, uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> At(ref ushort from, int at) =>
            Vector256.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)at).ToVector256Unsafe());
    }

    private readonly struct From16To64 : IStep<ushort, ulong>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ulong> At(ref ushort from, int at)
        {
            ref byte bytes = ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref from, at));
            Vector128<ushort> four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref bytes)).AsUInt16();
            return Vector256.WidenLower(Vector128.WidenLower(four).ToVector256Unsafe());
        }
    }

    private readonly struct From32To64 : IStep<uint, ulong>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ulong> At(ref uint from, int at) =>
            Vector256.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)at).ToVector256Unsafe());
    }
}
