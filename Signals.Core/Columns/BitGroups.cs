using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signals.Core.Columns;

/// <summary>
/// Reads packed numbers eight rows at a time. Pure. Eight rows take as many bytes as a number has bits, so every group starts at
/// the same bit of its first byte. One byte shuffle, one set of shifts and one mask therefore serve all groups. Loads stay inside
/// the given bytes; groups near the end whose loads would leave them are left to the caller.
/// </summary>
internal static class BitGroups
{
    /// <summary>The number of rows of a group.</summary>
    public const int Rows = 8;

    private const int MaxNarrowBits = 25; // a number that starts at any bit of a byte ends in the four bytes from there on

    /// <summary>Reads as many groups as there are rows and bytes for. Requires AVX2.</summary>
    /// <param name="low">The base.</param>
    /// <param name="bits">The number of bits of a packed number.</param>
    /// <param name="packed">The packed numbers and the bytes after them.</param>
    /// <param name="bit">The bit at which the first number starts.</param>
    /// <param name="to">Receives the values.</param>
    /// <returns>The number of rows read.</returns>
    public static int Unpack<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
    {
        int done = 0;
        if (Avx512Vbmi.VL.IsSupported)
        {
            done = bits <= MaxNarrowBits
                ? Narrow512<T, TStore>(low, bits, packed, bit, to)
                : Wide512<T, TStore>(low, bits, packed, bit, to);
            if (to.Length - done < Rows)
            {
                return done;
            }
        }

        bit += (long)done * bits;
        to = to[done..];
        return done + (bits <= MaxNarrowBits
            ? Narrow256<T, TStore>(low, bits, packed, bit, to)
            : Wide256<T, TStore>(low, bits, packed, bit, to));
    }

    private static int Narrow512<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
    {
        Vector256<int> starts = (Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) * bits) + Vector256.Create((int)(bit & 7));
        Vector256<byte> bytes = Avx2.Shuffle((starts >>> 3).AsByte(), Spread32) + Vector256.Create(0x0302_0100u).AsByte();
        Vector256<uint> shifts = (starts & Vector256.Create(7)).AsUInt32();
        Vector256<uint> mask = Vector256.Create(uint.MaxValue >> (32 - bits));
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref T destination = ref MemoryMarshal.GetReference(to);
        nint at = (nint)(bit >> 3);
        nint last = packed.Length - Vector256<byte>.Count;
        int i = 0;
        for (; i <= to.Length - Rows && at <= last; i += Rows, at += bits)
        {
            Vector256<byte> chosen = Avx512Vbmi.VL.PermuteVar32x8(Vector256.LoadUnsafe(ref source, (nuint)at), bytes);
            Vector256<uint> eight = Avx2.ShiftRightLogicalVariable(chosen.AsUInt32(), shifts) & mask;
            TStore.Store(eight, low, ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    private static int Wide512<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
    {
        Vector256<uint> starts32 = (Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7) * (uint)bits) + Vector256.Create((uint)(bit & 7));
        Vector512<ulong> starts = Avx512F.ConvertToVector512UInt64(starts32);
        Vector512<byte> spread = Vector512.Create(Spread64, Spread64);
        Vector512<byte> bytes = Avx512BW.Shuffle((starts >>> 3).AsByte(), spread) + Vector512.Create(0x0706_0504_0302_0100ul).AsByte();
        Vector512<ulong> shifts = starts & Vector512.Create(7ul);
        Vector512<ulong> mask = Vector512.Create(ulong.MaxValue >> (64 - bits));
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref T destination = ref MemoryMarshal.GetReference(to);
        nint at = (nint)(bit >> 3);
        nint last = packed.Length - Vector512<byte>.Count;
        int i = 0;
        for (; i <= to.Length - Rows && at <= last; i += Rows, at += bits)
        {
            Vector512<byte> chosen = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref source, (nuint)at), bytes);
            Vector512<ulong> eight = Avx512F.ShiftRightLogicalVariable(chosen.AsUInt64(), shifts) & mask;
            TStore.Store(eight, low, ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    // Two loads hold four numbers each.
    private static int Narrow256<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
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
        for (; i <= to.Length - Rows && at <= last; i += Rows, at += bits)
        {
            Vector256<byte> loaded = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)at), Vector128.LoadUnsafe(ref source, (nuint)(at + other)));
            Vector256<uint> eight = Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(loaded, bytes).AsUInt32(), shifts) & mask;
            TStore.Store(eight, low, ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    // Four loads hold two numbers each.
    private static int Wide256<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, long bit, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
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
        for (; i <= to.Length - Rows && at <= last; i += Rows, at += bits)
        {
            Vector256<byte> loaded = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)at), Vector128.LoadUnsafe(ref source, (nuint)(at + (second >> 3))));
            Vector256<byte> next = Vector256.Create(
                Vector128.LoadUnsafe(ref source, (nuint)(at + (third >> 3))),
                Vector128.LoadUnsafe(ref source, (nuint)(at + (fourth >> 3))));
            TStore.Store(
                Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(loaded, bytes).AsUInt64(), shifts) & mask,
                Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(next, nextBytes).AsUInt64(), nextShifts) & mask,
                low,
                ref Unsafe.Add(ref destination, i));
        }

        return i;
    }

    // Copies the lowest byte of each lane to all bytes of the lane.
    private static Vector256<byte> Spread32 =>
        Vector256.Create(Vector128.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));

    private static Vector256<byte> Spread64 => Vector256.Create(Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8));
}
