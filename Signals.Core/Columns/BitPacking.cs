using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Writes integers as distances from a base. Each distance has as many bits as the largest one needs; they follow each other
/// without gaps, lowest bit first. Pure. Values are unsigned numbers of their width, and differences wrap.
/// <see cref="BitUnpacking"/> reads them.
/// </summary>
internal static class BitPacking
{
    /// <summary>The number of bits that hold every number up to <paramref name="largest"/>.</summary>
    public static int BitsFor(ulong largest) => 64 - BitOperations.LeadingZeroCount(largest);

    /// <summary>
    /// Writes <c>value - low</c> of each value of <paramref name="width"/> bytes in <paramref name="bits"/> bits. The remaining
    /// bytes of <paramref name="packed"/> become 0.
    /// </summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    /// <param name="bits">1 to <see cref="ColumnChunkFormat.MaxPackedBits"/>; no distance needs more.</param>
    /// <param name="low">The least value, as an unsigned number of <paramref name="width"/> bytes.</param>
    /// <param name="values">The values.</param>
    /// <param name="packed">Exactly <see cref="ColumnChunkFormat.PackedLength"/> bytes.</param>
    [MethodImpl(Compile.InFull)]
    public static void Pack(int width, int bits, ulong low, ReadOnlySpan<byte> values, Span<byte> packed)
    {
        switch (width)
        {
            case 1: Pack(values, (byte)low, bits, packed); break;
            case 2: Pack(MemoryMarshal.Cast<byte, ushort>(values), (ushort)low, bits, packed); break;
            case 4: Pack(MemoryMarshal.Cast<byte, uint>(values), (uint)low, bits, packed); break;
            case 8: Pack(MemoryMarshal.Cast<byte, ulong>(values), low, bits, packed); break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(width), $"Values of {width} bytes cannot be packed; the width is 1, 2, 4 or 8.");
        }
    }

    [MethodImpl(Compile.InFull)]
    private static void Pack<T>(ReadOnlySpan<T> values, T low, int bits, Span<byte> packed)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong word = 0;
        int filled = 0;
        foreach (T value in values)
        {
            ulong distance = ulong.CreateTruncating(unchecked(value - low));
            word |= distance << filled;
            filled += bits;
            if (filled >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(packed, word);
                packed = packed[sizeof(ulong)..];
                filled -= 64;
                word = distance >> (bits - filled);
            }
        }

        foreach (ref byte rest in packed)
        {
            rest = (byte)word;
            word >>= 8;
        }
    }
}
