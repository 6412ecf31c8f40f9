using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Subtracts a base from integers and keeps the low bytes, producing 32 bytes of result at a time. Pure. Hosts are little-endian,
/// like the format.
/// </summary>
internal static class IntegerNarrowing
{
    private interface IStep<TWide, TNarrow>
    {
        /// <summary>Narrows values from <paramref name="at"/> on, as many as a vector of results holds.</summary>
        static abstract Vector256<TNarrow> At(ref TWide from, int at, TWide low);
    }

    /// <summary>Writes <c>value - low</c> of each value of <paramref name="width"/> bytes in <paramref name="unit"/> bytes.</summary>
    [MethodImpl(Compile.InFull)]
    public static void Narrow(int width, int unit, ulong low, ReadOnlySpan<byte> values, Span<byte> offsets)
    {
        switch ((width, unit))
        {
            case (2, 1): Run<ushort, byte, From16To8>((ushort)low, values, offsets); break;
            case (4, 1): Run<uint, byte, From32To8>((uint)low, values, offsets); break;
            case (4, 2): Run<uint, ushort, From32To16>((uint)low, values, offsets); break;
            case (4, 4): Run<uint, uint, From32To32>((uint)low, values, offsets); break;
            case (8, 1): Run<ulong, byte, From64To8>(low, values, offsets); break;
            case (8, 2): Run<ulong, ushort, From64To16>(low, values, offsets); break;
            case (8, 4): Run<ulong, uint, From64To32>(low, values, offsets); break;
            default: throw new ArgumentOutOfRangeException(nameof(unit), $"Numbers of {width} bytes cannot be narrowed to {unit}.");
        }
    }

    [MethodImpl(Compile.InFull)]
    private static void Run<TWide, TNarrow, TStep>(TWide low, ReadOnlySpan<byte> values, Span<byte> offsets)
        where TWide : unmanaged, IBinaryInteger<TWide>
        where TNarrow : unmanaged
        where TStep : struct, IStep<TWide, TNarrow>
    {
        ReadOnlySpan<TWide> from = MemoryMarshal.Cast<byte, TWide>(values);
        Span<TNarrow> to = MemoryMarshal.Cast<byte, TNarrow>(offsets)[..from.Length];
        int lanes = Vector256<TNarrow>.Count;
        if (from.Length < lanes)
        {
            for (int i = 0; i < from.Length; i++)
            {
                TWide difference = from[i] - low;
                to[i] = Unsafe.As<TWide, TNarrow>(ref difference);
            }

            return;
        }

        // The last step ends at the last value and may repeat some values of the step before.
        ref TWide source = ref MemoryMarshal.GetReference(from);
        for (int i = 0; i < from.Length - lanes; i += lanes)
        {
            TStep.At(ref source, i, low).CopyTo(to[i..]);
        }

        TStep.At(ref source, from.Length - lanes, low).CopyTo(to[^lanes..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Offsets<T>(ref T from, int at, T low)
        where T : unmanaged => Vector256.LoadUnsafe(ref from, (nuint)at) - Vector256.Create(low);

    private readonly struct From16To8 : IStep<ushort, byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> At(ref ushort from, int at, ushort low) =>
            Vector256.Narrow(Offsets(ref from, at, low), Offsets(ref from, at + 16, low));
    }

    private readonly struct From32To32 : IStep<uint, uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> At(ref uint from, int at, uint low) => Offsets(ref from, at, low);
    }

    private readonly struct From32To16 : IStep<uint, ushort>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ushort> At(ref uint from, int at, uint low) =>
            Vector256.Narrow(Offsets(ref from, at, low), Offsets(ref from, at + 8, low));
    }

    private readonly struct From32To8 : IStep<uint, byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> At(ref uint from, int at, uint low) =>
            Vector256.Narrow(From32To16.At(ref from, at, low), From32To16.At(ref from, at + 16, low));
    }

    private readonly struct From64To32 : IStep<ulong, uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> At(ref ulong from, int at, ulong low) =>
            Vector256.Narrow(Offsets(ref from, at, low), Offsets(ref from, at + 4, low));
    }

    private readonly struct From64To16 : IStep<ulong, ushort>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ushort> At(ref ulong from, int at, ulong low) =>
            Vector256.Narrow(From64To32.At(ref from, at, low), From64To32.At(ref from, at + 8, low));
    }

    private readonly struct From64To8 : IStep<ulong, byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> At(ref ulong from, int at, ulong low) =>
            Vector256.Narrow(From64To16.At(ref from, at, low), From64To16.At(ref from, at + 16, low));
    }
}
