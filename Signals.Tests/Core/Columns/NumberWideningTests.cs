using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

/// <summary>Which number types hold all numbers of others, and that rows read as the wide type are exactly equal.</summary>
[Category("Fast")]
internal sealed class NumberWideningTests
{
    /// <summary>What each kind can become, written down by hand.</summary>
    private static readonly Dictionary<ColumnKind, ColumnKind[]> Wider = new()
    {
        [ColumnKind.Int8] =
        [
            ColumnKind.Int16, ColumnKind.Int32, ColumnKind.Int64, ColumnKind.Float16, ColumnKind.Float32, ColumnKind.Float64,
        ],
        [ColumnKind.UInt8] =
        [
            ColumnKind.Int16, ColumnKind.UInt16, ColumnKind.Int32, ColumnKind.UInt32, ColumnKind.Int64, ColumnKind.UInt64,
            ColumnKind.Float16, ColumnKind.Float32, ColumnKind.Float64,
        ],
        [ColumnKind.Int16] = [ColumnKind.Int32, ColumnKind.Int64, ColumnKind.Float32, ColumnKind.Float64],
        [ColumnKind.UInt16] =
        [
            ColumnKind.Int32, ColumnKind.UInt32, ColumnKind.Int64, ColumnKind.UInt64, ColumnKind.Float32, ColumnKind.Float64,
        ],
        [ColumnKind.Int32] = [ColumnKind.Int64, ColumnKind.Float64],
        [ColumnKind.UInt32] = [ColumnKind.Int64, ColumnKind.UInt64, ColumnKind.Float64],
        [ColumnKind.Float16] = [ColumnKind.Float32, ColumnKind.Float64],
        [ColumnKind.Float32] = [ColumnKind.Float64],
        [ColumnKind.VectorInt8] = [ColumnKind.VectorFloat16, ColumnKind.VectorFloat32],
        [ColumnKind.VectorFloat16] = [ColumnKind.VectorFloat32],
    };

    private static IEnumerable<TestCaseData> Pairs => Wider.SelectMany(pair => pair.Value, (pair, to) => new TestCaseData(pair.Key, to));

    [Test]
    public void Holds_EveryPairOfKinds_IsAsListed()
    {
        foreach (ColumnKind from in Enum.GetValues<ColumnKind>())
        {
            foreach (ColumnKind to in Enum.GetValues<ColumnKind>())
            {
                bool expected = from == to || (Wider.TryGetValue(from, out ColumnKind[]? wider) && wider.Contains(to));
                Assert.That(TypeOf(to).Holds(TypeOf(from)), Is.EqualTo(expected), $"{from} to {to}");
            }
        }

        Assert.That(ColumnType.Vector<float>(4).Holds(ColumnType.Vector<Half>(5)), Is.False, "other dimensions");
    }

    [TestCaseSource(nameof(Pairs))]
    public void CopyValues_NarrowChunkOpenedAsWide_IsExactlyEqual(ColumnKind from, ColumnKind to)
    {
        Gen.Select(Gen.Int[1, 120], Gen.Int, Gen.OneOf(0.0, 0.5, 1.0), Gen.Int[0, 63], Gen.Bool).Sample((rows, seed, share, bits, mark) =>
        {
            ColumnBuffer narrow = Build(TypeOf(from), rows, new Random(seed), share, bits);
            ChunkDecision decision = ColumnChunkWriter.Plan(narrow, 0, rows, seed % 2 == 0 ? ChunkGoal.Size : ChunkGoal.Speed);
            byte[] bytes = new byte[decision.Length];
            ColumnChunkWriter.Write(narrow, decision, bytes);
            if (mark)
            {
                ColumnChunk.Mark(bytes, TypeOf(from));
            }

            ColumnChunk chunk = ColumnChunk.OpenAs(TypeOf(to), mark ? TypeOf(to) : TypeOf(from), bytes, rows);
            ColumnBuffer wide = new(TypeOf(to));
            int middle = rows / 3;
            chunk.AppendTo(wide, 0, middle);
            chunk.AppendTo(wide, middle, rows - middle);
            Assert.That(wide.States.SequenceEqual(narrow.States), Is.True, "states");
            for (int row = 0; row < rows; row++)
            {
                Assert.That(Numbers(wide, row), Is.EqualTo(Numbers(narrow, row)), $"row {row}, {chunk.Encoding}");
            }

            Assert.That(chunk.TryGetRows(out _), Is.False, "the rows are not those of the wide type");
            if (TypeOf(to).Width == sizeof(long))
            {
                Assert.That(chunk.GetLong(rows - 1), Is.EqualTo(BitConverter.ToInt64(wide.GetValue(rows - 1))));
            }
        }, iter: 60);
    }

    [Test]
    public void Widen_NaN_KeepsSignAndBits()
    {
        ushort[] halves = [0x7C01, 0x7E00, 0xFC01, 0xFE2A];
        foreach (ushort bits in halves)
        {
            uint single = BitConverter.SingleToUInt32Bits(One<Half, float>(BitConverter.UInt16BitsToHalf(bits)));
            Assert.That(single, Is.EqualTo(((bits & 0x8000u) << 16) | 0x7F80_0000 | ((bits & 0x3FFu) << 13)), $"{bits:X4}");
            ulong wide = BitConverter.DoubleToUInt64Bits(One<Half, double>(BitConverter.UInt16BitsToHalf(bits)));
            Assert.That(wide, Is.EqualTo(((bits & 0x8000ul) << 48) | 0x7FF0_0000_0000_0000 | ((bits & 0x3FFul) << 42)), $"{bits:X4}");
        }

        // Not from a constant, which the compiler may make quiet.
        float single1 = MemoryMarshal.Cast<byte, float>(Convert.FromHexString("010080FF"))[0];
        ulong signalling = BitConverter.DoubleToUInt64Bits(One<float, double>(single1));
        Assert.That(signalling, Is.EqualTo(0xFFF0_0000_2000_0000));
        Assert.That(double.IsNegative(One<float, double>(-0f)));
        Assert.That(One<float, double>(float.NegativeInfinity), Is.EqualTo(double.NegativeInfinity));
        Assert.That(One<float, double>(float.Epsilon), Is.EqualTo((double)float.Epsilon));
    }

    [Test]
    public void Open_MarkThatTheTypeDoesNotHold_IsRefused()
    {
        ColumnBuffer column = Build(ColumnType.Scalar<int>(), 10, new Random(1), 1, 31);
        ChunkDecision decision = ColumnChunkWriter.Plan(column, 0, 10);
        byte[] bytes = new byte[decision.Length];
        ColumnChunkWriter.Write(column, decision, bytes);
        for (int kind = 1; kind < 256; kind++)
        {
            bytes[ColumnChunkFormat.StoredKindOffset] = (byte)kind;
            bool opens = true;
            try
            {
                ColumnChunk.Open(ColumnType.Scalar<long>(), bytes, 10);
            }
            catch (InvalidDataException)
            {
                opens = false;
            }

            // A kind of the same width has chunks of the same length, so only the container can tell.
            Assert.That(opens, Is.EqualTo((ColumnKind)kind is ColumnKind.Int32 or ColumnKind.UInt32), $"kind {kind}");
            Assert.That(() => ColumnChunk.Validate(ColumnType.Scalar<long>(), bytes, 10), Throws.TypeOf<InvalidDataException>());
        }
    }

    private static TTo One<TFrom, TTo>(TFrom value)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        byte[] row = new byte[Unsafe.SizeOf<TTo>()];
        MemoryMarshal.Write(row.AsSpan(row.Length - Unsafe.SizeOf<TFrom>()), in value);
        NumberWidening.Widen(ColumnType.Scalar<TFrom>(), ColumnType.Scalar<TTo>(), row);
        return MemoryMarshal.Read<TTo>(row);
    }

    private static ColumnType TypeOf(ColumnKind kind) => ColumnType.FromKind(kind, kind >= ColumnKind.VectorInt8 ? 3 : 1);

    // Any bits, of few or many magnitudes, so that every encoding is chosen.
    private static ColumnBuffer Build(ColumnType type, int rows, Random random, double share, int bits)
    {
        ColumnBuffer column = new(type, 1);
        for (int row = 0; row < rows; row++)
        {
            if (random.NextDouble() >= share)
            {
                column.AppendMissing(random.Next(2) == 0 ? ColumnState.Absent : ColumnState.Null);
                continue;
            }

            Span<byte> value = column.AppendFixedRows(1);
            ulong number = (ulong)random.NextInt64() >> (63 - bits);
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = (byte)(number >> (8 * (i & 7)));
            }
        }

        return column;
    }

    private static List<BigInteger> Numbers(ColumnBuffer column, int row)
    {
        ReadOnlySpan<byte> value = column.GetValue(row);
        int width = column.Type.Width / column.Type.Dimensions;
        List<BigInteger> numbers = [];
        for (int i = 0; i < column.Type.Dimensions; i++)
        {
            numbers.Add(Number(column.Type.Kind, value.Slice(i * width, width)));
        }

        return numbers;
    }

    // Whole numbers as they are and floats as multiples of 2 to the -200; what is no number as what no multiple is.
    private static BigInteger Number(ColumnKind kind, ReadOnlySpan<byte> value) => kind switch
    {
        ColumnKind.Float16 or ColumnKind.VectorFloat16 => Scaled((double)MemoryMarshal.Read<Half>(value)),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => Scaled(MemoryMarshal.Read<float>(value)),
        ColumnKind.Float64 => Scaled(MemoryMarshal.Read<double>(value)),
        ColumnKind.UInt8 or ColumnKind.UInt16 or ColumnKind.UInt32 or ColumnKind.UInt64 => new BigInteger(value, isUnsigned: true) << 200,
        _ => new BigInteger(value) << 200,
    };

    private static BigInteger Scaled(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? 1 : value > 0 ? 3 : 5;
        }

        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger fraction = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger scaled = fraction << (Math.Max(exponent, 1) - 1075 + 200);
        return bits < 0 ? -scaled : scaled;
    }
}
