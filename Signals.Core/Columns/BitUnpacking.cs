using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signals.Core.Columns;

/// <summary>
/// Reads numbers that <see cref="BitPacking"/> wrote, from any row on, and adds the base. Pure. Eight bytes follow the last number, so
/// each one is an unaligned load of eight bytes, a shift and a mask. With AVX2 eight rows are read at a time: they take as many bytes
/// as a number has bits, so every group of eight starts at the same bit of its first byte and one shuffle serves them all.
/// </summary>
internal static class BitUnpacking
{
    private const int Group = 8;
    private const int MaxNarrowBits = 25; // a number that starts at any bit of a byte ends in the four bytes from there on

    private interface IStore<T>
    {
        static abstract void Store(Vector256<uint> eight, T low, ref T to);

        static abstract void Store(Vector256<ulong> four, Vector256<ulong> next, T low, ref T to);
    }

    /// <summary>One distance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> packed, int bits, int row)
    {
        long bit = (long)row * bits;
        return (MemoryMarshal.Read<ulong>(packed[(int)(bit >> 3)..]) >> (int)(bit & 7)) & (ulong.MaxValue >> (64 - bits));
    }

    /// <summary>Writes <c>low + distance</c> of rows in <paramref name="width"/> bytes each, as many as <paramref name="values"/> has room for.</summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    /// <param name="bits">1 to <see cref="ColumnChunkFormat.MaxPackedBits"/>, fewer than the width has.</param>
    /// <param name="low">The base.</param>
    /// <param name="packed">The numbers of all rows and at least eight more bytes.</param>
    /// <param name="firstRow">The first row to read.</param>
    /// <param name="values">Receives the values.</param>
    public static void Unpack(int width, int bits, ulong low, ReadOnlySpan<byte> packed, int firstRow, Span<byte> values)
    {
        switch (width)
        {
            case 1: Run<byte, ToUInt8>((byte)low, bits, packed, firstRow, values); break;
            case 2: Run<ushort, ToUInt16>((ushort)low, bits, packed, firstRow, values); break;
            case 4: Run<uint, ToUInt32>((uint)low, bits, packed, firstRow, values); break;
            case 8: Run<ulong, ToUInt64>(low, bits, packed, firstRow, values); break;
            default: throw new ArgumentOutOfRangeException(nameof(width), $"No unpacking to {width} bytes.");
        }
    }

    private static void Run<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, int firstRow, Span<byte> values)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IStore<T>
    {
        Span<T> to = MemoryMarshal.Cast<byte, T>(values);
        long bit = (long)firstRow * bits;
        long lastByte = (bit + ((long)(to.Length - 1) * bits)) >> 3;
        if (firstRow < 0 || lastByte > packed.Length - sizeof(ulong))
        {
            throw new ArgumentOutOfRangeException(nameof(firstRow), $"Rows {firstRow}+{to.Length} of {bits} bits in {packed.Length} bytes.");
        }

        if (Avx2.IsSupported && to.Length >= Group)
        {
            int done = bits <= MaxNarrowBits ? Narrow<T, TStore>(low, bits, packed, bit, to) : Wide<T, TStore>(low, bits, packed, bit, to);
            to = to[done..];
            bit += (long)done * bits;
        }

        ref byte source = ref MemoryMarshal.GetReference(packed);
        ulong mask = ulong.MaxValue >> (64 - bits);
        for (int i = 0; i < to.Length; i++)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, (nint)(bit >> 3)));
            to[i] = T.CreateTruncating((word >> (int)(bit & 7)) & mask) + low;
            bit += bits;
        }
    }

    // Two loads hold four numbers each. Stops where a load would end behind the bytes.
    private static int Narrow<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IStore<T>
    {
        int phase = (int)(bit & 7);
        int second = phase + (4 * bits);
        Vector256<int> starts = (Vector256.Create(0, 1, 2, 3, 0, 1, 2, 3) * bits)
            + Vector256.Create(Vector128.Create(phase), Vector128.Create(second & 7));
        Vector256<byte> bytes = Avx2.Shuffle((starts >>> 3).AsByte(), Spread32) + Vector256.Create(0x0302_0100u).AsByte();
        Vector256<uint> shifts = (starts & Vector256.Create(7)).AsUInt32();
        Vector256<uint> mask = Vector256.Create(uint.MaxValue >> (32 - bits));
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref T destination = ref MemoryMarshal.GetReference(to);
        nint other = second >> 3;
        nint at = (nint)(bit >> 3);
        nint last = packed.Length - Vector128<byte>.Count - other;
        int i = 0;
        for (; i <= to.Length - Group && at <= last; i += Group, at += bits)
        {
            Vector256<byte> loaded = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)at), Vector128.LoadUnsafe(ref source, (nuint)(at + other)));
            Vector256<uint> eight = Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(loaded, bytes).AsUInt32(), shifts) & mask;
            TStore.Store(eight, low, ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    // Four loads hold two numbers each. Stops where a load would end behind the bytes.
    private static int Wide<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IStore<T>
    {
        int phase = (int)(bit & 7);
        int second = phase + (2 * bits);
        int third = phase + (4 * bits);
        int fourth = phase + (6 * bits);
        Vector256<long> starts = Vector256.Create(phase, phase + bits, second & 7, (second & 7) + bits);
        Vector256<long> nextStarts = Vector256.Create(third & 7, (third & 7) + bits, fourth & 7, (fourth & 7) + bits);
        Vector256<byte> offsets = Vector256.Create(0x0706_0504_0302_0100ul).AsByte();
        Vector256<byte> bytes = Avx2.Shuffle((starts >>> 3).AsByte(), Spread64) + offsets;
        Vector256<byte> nextBytes = Avx2.Shuffle((nextStarts >>> 3).AsByte(), Spread64) + offsets;
        Vector256<ulong> shifts = (starts & Vector256.Create(7L)).AsUInt64();
        Vector256<ulong> nextShifts = (nextStarts & Vector256.Create(7L)).AsUInt64();
        Vector256<ulong> mask = Vector256.Create(ulong.MaxValue >> (64 - bits));
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref T destination = ref MemoryMarshal.GetReference(to);
        nint at = (nint)(bit >> 3);
        nint last = packed.Length - Vector128<byte>.Count - (fourth >> 3);
        int i = 0;
        for (; i <= to.Length - Group && at <= last; i += Group, at += bits)
        {
            Vector256<byte> loaded = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)at), Vector128.LoadUnsafe(ref source, (nuint)(at + (second >> 3))));
            Vector256<byte> next = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)(at + (third >> 3))), Vector128.LoadUnsafe(ref source, (nuint)(at + (fourth >> 3))));
            TStore.Store(
                Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(loaded, bytes).AsUInt64(), shifts) & mask,
                Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(next, nextBytes).AsUInt64(), nextShifts) & mask,
                low,
                ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    // The lowest byte of a lane in all its bytes.
    private static Vector256<byte> Spread32 => Vector256.Create(Vector128.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));

    private static Vector256<byte> Spread64 => Vector256.Create(Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8));

    private readonly struct ToUInt8 : IStore<byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, byte low, ref byte to)
        {
            Vector128<ushort> shorts = Vector128.Narrow(eight.GetLower(), eight.GetUpper());
            Vector128<byte> bytes = Vector128.Narrow(shorts, shorts) + Vector128.Create(low);
            Unsafe.WriteUnaligned(ref to, bytes.AsUInt64().ToScalar());
        }

        public static void Store(Vector256<ulong> four, Vector256<ulong> next, byte low, ref byte to) =>
            Store(Vector256.Narrow(four, next), low, ref to);
    }

    private readonly struct ToUInt16 : IStore<ushort>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, ushort low, ref ushort to) =>
            (Vector128.Narrow(eight.GetLower(), eight.GetUpper()) + Vector128.Create(low)).StoreUnsafe(ref to);

        public static void Store(Vector256<ulong> four, Vector256<ulong> next, ushort low, ref ushort to) =>
            Store(Vector256.Narrow(four, next), low, ref to);
    }

    private readonly struct ToUInt32 : IStore<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, uint low, ref uint to) => (eight + Vector256.Create(low)).StoreUnsafe(ref to);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<ulong> four, Vector256<ulong> next, uint low, ref uint to) =>
            Store(Vector256.Narrow(four, next), low, ref to);
    }

    private readonly struct ToUInt64 : IStore<ulong>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<uint> eight, ulong low, ref ulong to)
        {
            (Vector256<ulong> four, Vector256<ulong> next) = Vector256.Widen(eight);
            Store(four, next, low, ref to);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<ulong> four, Vector256<ulong> next, ulong low, ref ulong to)
        {
            (four + Vector256.Create(low)).StoreUnsafe(ref to);
            (next + Vector256.Create(low)).StoreUnsafe(ref to, 4);
        }
    }
}
