using System.Buffers.Binary;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

/// <summary>Every number of bits, at every width, from every row on, gives back what was packed.</summary>
[Category("Fast")]
[TestFixture]
internal sealed class BitPackingTests
{
    private const int Rows = 45;
    private const byte Untouched = 0xA5;

    [Test]
    public void Unpack_EveryWidthAndBits_GivesAnyRowsBack([Values(1, 2, 4, 8)] int width)
    {
        const int seed = 20261125;
        Random random = new(seed);
        for (int bits = 1; bits <= Math.Min(ColumnChunkFormat.MaxPackedBits, (8 * width) - 1); bits++)
        {
            foreach (ulong low in new[] { 0UL, ulong.MaxValue, 1UL << ((8 * width) - 1), (ulong)random.NextInt64() })
            {
                (byte[] values, byte[] packed) = Packed(width, bits, low, random);
                for (int first = 0; first < Rows; first++)
                {
                    for (int rows = 1; rows <= Rows - first; rows++)
                    {
                        byte[] read = new byte[(rows * width) + 16];
                        Array.Fill(read, Untouched);
                        BitUnpacking.Unpack(width, bits, low, packed, first, read.AsSpan(0, rows * width));
                        bool same = read.AsSpan(0, rows * width).SequenceEqual(values.AsSpan(first * width, rows * width));
                        bool inside = !read.AsSpan(rows * width).ContainsAnyExcept(Untouched);
                        if (!same || !inside)
                        {
                            Assert.Fail(
                                $"width {width}, {bits} bits, base {low}, rows {first}+{rows}: same {same}, inside {inside}, seed {seed}");
                        }
                    }
                }
            }
        }
    }

    [Test]
    public void Read_EveryBits_GivesTheDistance()
    {
        const int seed = 5;
        Random random = new(seed);
        for (int bits = 1; bits <= ColumnChunkFormat.MaxPackedBits; bits++)
        {
            (byte[] values, byte[] packed) = Packed(8, bits, 77, random);
            for (int row = 0; row < Rows; row++)
            {
                ulong value = BinaryPrimitives.ReadUInt64LittleEndian(values.AsSpan(row * 8));
                Assert.That(
                    BitUnpacking.Read(packed, bits, row), Is.EqualTo(unchecked(value - 77)), $"{bits} bits, row {row}, seed {seed}");
            }
        }
    }

    [Test]
    public void Unpack_RowsBehindTheBytes_IsRefused()
    {
        byte[] packed = new byte[ColumnChunkFormat.PackedLength(10, 13)];
        Assert.That(() => BitUnpacking.Unpack(8, 13, 0, packed, 11, new byte[8 * 8]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => BitUnpacking.Unpack(8, 13, 0, packed, -1, new byte[8]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void BitsFor_EdgesOfEachWidth_IsTheBitLength()
    {
        for (int bits = 1; bits < 64; bits++)
        {
            Assert.That(BitPacking.BitsFor((1UL << bits) - 1), Is.EqualTo(bits));
            Assert.That(BitPacking.BitsFor(1UL << bits), Is.EqualTo(bits + 1));
        }
    }

    // Distances that use the bits to the last, the greatest and least of them among the first rows.
    private static (byte[] Values, byte[] Packed) Packed(int width, int bits, ulong low, Random random)
    {
        byte[] values = new byte[Rows * width];
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        for (int row = 0; row < Rows; row++)
        {
            ulong mask = ulong.MaxValue >> (64 - bits);
            ulong distance = row % 9 == 0 ? mask : row % 9 == 1 ? 0 : (ulong)random.NextInt64() & mask;
            BinaryPrimitives.WriteUInt64LittleEndian(wide, unchecked(low + distance));
            wide[..width].CopyTo(values.AsSpan(row * width));
        }

        byte[] packed = new byte[ColumnChunkFormat.PackedLength(Rows, bits)];
        Array.Fill(packed, byte.MaxValue);
        BitPacking.Pack(width, bits, low, values, packed);
        return (values, packed);
    }
}
