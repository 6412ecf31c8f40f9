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

            AssertEqual(narrow, TypeOf(to), ColumnChunk.OpenAs(TypeOf(to), mark ? TypeOf(to) : TypeOf(from), bytes, rows));
        }, iter: 60);
    }

    [TestCaseSource(nameof(Pairs))]
    public void CopyValues_EachEncodingThatTheKindCanHave_IsExactlyEqual(ColumnKind from, ColumnKind to)
    {
        const int Rows = 100;
        ColumnType type = TypeOf(from);
        (double Share, int Bits, int Distinct)[] contents = [(0, 63, 0), (1, 63, 1), (1, 63, 3), (0.8, 63, 3), (1, 63, 0), (1, 5, 0)];
        HashSet<ChunkEncoding> seen = [];
        foreach (ChunkGoal goal in Enum.GetValues<ChunkGoal>())
        {
            foreach ((double share, int bits, int distinct) in contents)
            {
                ColumnBuffer narrow = Build(type, Rows, new Random(1), share, bits, distinct);
                ChunkDecision decision = ColumnChunkWriter.Plan(narrow, 0, Rows, goal);
                byte[] bytes = new byte[decision.Length];
                ColumnChunkWriter.Write(narrow, decision, bytes);
                AssertEqual(narrow, TypeOf(to), ColumnChunk.OpenAs(TypeOf(to), type, bytes, Rows));
                seen.Add(decision.Encoding);
            }
        }

        HashSet<ChunkEncoding> expected = [ChunkEncoding.None, ChunkEncoding.Constant, ChunkEncoding.Raw];
        if (!type.IsVector)
        {
            expected.Add(ChunkEncoding.Packed);
            expected.UnionWith(type.Width > 1 ? [ChunkEncoding.Dictionary] : []);
            expected.UnionWith(type is { Width: > 1, IsInteger: true } ? [ChunkEncoding.FrameOfReference] : []);
        }

        Assert.That(seen, Is.EquivalentTo(expected));
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
        Assert.That(float.IsNegative(One<Half, float>(Half.NegativeZero)));
        Assert.That(double.IsNegative(One<Half, double>(Half.NegativeZero)));
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

    private static void AssertEqual(ColumnBuffer narrow, ColumnType to, in ColumnChunk chunk)
    {
        int rows = narrow.States.Length;
        ColumnBuffer wide = new(to);
        int middle = rows / 3;
        chunk.AppendTo(wide, 0, middle);
        chunk.AppendTo(wide, middle, rows - middle);
        Assert.That(wide.States.SequenceEqual(narrow.States), Is.True, "states");
        for (int row = 0; row < rows; row++)
        {
            Assert.That(Numbers(wide, row), Is.EqualTo(Numbers(narrow, row)), $"row {row}, {chunk.Encoding}");
        }

        Assert.That(chunk.TryGetRows(out _), Is.False, "the rows are not those of the wide type");
        if (to.Width == sizeof(long))
        {
            Assert.That(chunk.GetLong(rows - 1), Is.EqualTo(BitConverter.ToInt64(wide.GetValue(rows - 1))));
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

    // Any bits, of few or many magnitudes; with a number of distinct values, each row has one of them.
    private static ColumnBuffer Build(ColumnType type, int rows, Random random, double share, int bits, int distinct = 0)
    {
        ulong[] values = [.. Enumerable.Range(0, distinct).Select(_ => (ulong)random.NextInt64() >> (63 - bits))];
        ColumnBuffer column = new(type, 1);
        for (int row = 0; row < rows; row++)
        {
            if (random.NextDouble() >= share)
            {
                column.AppendMissing(random.Next(2) == 0 ? ColumnState.Absent : ColumnState.Null);
                continue;
            }

            Span<byte> value = column.AppendFixedRows(1);
            ulong number = distinct > 0 ? values[random.Next(distinct)] : (ulong)random.NextInt64() >> (63 - bits);
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
