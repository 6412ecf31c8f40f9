using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Signals.Core.Columns;

/// <summary>
/// Reads numbers that <see cref="BitPacking"/> wrote, from any row on, and adds the base. Pure. Zeros follow the last number, so
/// reading one number is an unaligned load of eight bytes, a shift and a mask. <see cref="BitGroups"/> reads eight numbers at a
/// time.
/// </summary>
internal static class BitUnpacking
{
    private const int Group = BitGroups.Rows;

    /// <summary>Reads the distance of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> packed, int bits, int row)
    {
        long bit = (long)row * bits;
        return (MemoryMarshal.Read<ulong>(packed[(int)(bit >> 3)..]) >> (int)(bit & 7)) & (ulong.MaxValue >> (64 - bits));
    }

    /// <summary>
    /// Writes <c>low + distance</c> of rows in <paramref name="width"/> bytes each, for as many rows as <paramref name="values"/>
    /// has room for.
    /// </summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    /// <param name="bits">1 to <see cref="ColumnChunkFormat.MaxPackedBits"/>, fewer than the width has.</param>
    /// <param name="low">The base.</param>
    /// <param name="packed">The numbers of all rows, and the zeros after them.</param>
    /// <param name="firstRow">The first row to read.</param>
    /// <param name="values">Receives the values.</param>
    public static void Unpack(int width, int bits, ulong low, ReadOnlySpan<byte> packed, int firstRow, Span<byte> values)
    {
        switch (width)
        {
            case 1: Run<byte, BitGroupStores.ToUInt8>((byte)low, bits, packed, firstRow, values); break;
            case 2: Run<ushort, BitGroupStores.ToUInt16>((ushort)low, bits, packed, firstRow, values); break;
            case 4: Run<uint, BitGroupStores.ToUInt32>((uint)low, bits, packed, firstRow, values); break;
            case 8: Run<ulong, BitGroupStores.ToUInt64>(low, bits, packed, firstRow, values); break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(width), $"Numbers cannot be unpacked to {width} bytes; the width is 1, 2, 4 or 8.");
        }
    }

    private static void Run<T, TStore>(T low, int bits, ReadOnlySpan<byte> packed, int firstRow, Span<byte> values)
        where T : unmanaged, IBinaryInteger<T>
        where TStore : struct, IBitGroupStore<T>
    {
        Span<T> to = MemoryMarshal.Cast<byte, T>(values);
        long bit = (long)firstRow * bits;
        long lastByte = (bit + ((long)(to.Length - 1) * bits)) >> 3;
        if (firstRow < 0 || lastByte > packed.Length - sizeof(ulong))
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstRow),
                $"{to.Length} rows of {bits} bits from row {firstRow} on are asked for, but there are only {packed.Length} bytes.");
        }

        if (Avx2.IsSupported && to.Length >= Group)
        {
            int done = BitGroups.Unpack<T, TStore>(low, bits, packed, bit, to);
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
}
