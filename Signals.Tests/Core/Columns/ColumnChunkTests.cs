using CsCheck;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

[Category("Fast")]
[TestFixture]
internal sealed class ColumnChunkTests
{
    private static readonly Gen<ChunkGoal> Goals = Gen.OneOf(ChunkGoal.Speed, ChunkGoal.Size);

    [Test]
    public void Write_AnyRangeOfAnyColumn_ReadsBackRowByRow() =>
        ColumnSamples.Column(300).SelectMany(c => Ranges(c.Count), (c, r) => (Column: c, Range: r))
            .Select(Goals, (x, goal) => (x.Column, x.Range.Start, x.Range.Count, Goal: goal))
            .Sample(
                s =>
                {
                    byte[] bytes = Encode(s.Column, s.Start, s.Count, s.Goal);
                    ColumnChunk.Validate(s.Column.Type, bytes, s.Count);
                    ColumnChunk chunk = ColumnChunk.Open(s.Column.Type, bytes, s.Count);
                    var row = new byte[s.Column.Type.Width];
                    for (int i = 0; i < s.Count; i++)
                    {
                        Assert.That(chunk.GetState(i), Is.EqualTo(s.Column.GetState(s.Start + i)));
                        ReadOnlySpan<byte> expected = s.Column.GetValue(s.Start + i);
                        ReadOnlySpan<byte> actual = Row(chunk, i, row);
                        Assert.That(actual.SequenceEqual(expected), Is.True, $"row {i} of {chunk.Encoding}");
                    }
                },
                iter: 3000,
                print: s => $"{s.Column.Type} rows {s.Start}+{s.Count} of {s.Column.Count}, {s.Goal}");

    [Test]
    public void AppendTo_AnySubRange_EqualsAppendRows() =>
        ColumnSamples.Column(300).SelectMany(c => Ranges(c.Count), (c, r) => (Column: c, Range: r))
            .Select(Goals, (x, goal) => (x.Column, x.Range.Start, x.Range.Count, Goal: goal))
            .Sample(
                s =>
                {
                    byte[] bytes = Encode(s.Column, 0, s.Column.Count, s.Goal);
                    var expected = new ColumnBuffer(s.Column.Type, 1);
                    var actual = new ColumnBuffer(s.Column.Type, 1);
                    expected.AppendMissing(ColumnState.Null);
                    actual.AppendMissing(ColumnState.Null);
                    expected.AppendRows(s.Column, s.Start, s.Count);
                    ColumnChunk.Open(s.Column.Type, bytes, s.Column.Count).AppendTo(actual, s.Start, s.Count);
                    Assert.That(actual.States.SequenceEqual(expected.States), Is.True, "states");
                    Assert.That(actual.Values.SequenceEqual(expected.Values), Is.True, "values");
                    Assert.That(actual.Ends.SequenceEqual(expected.Ends), Is.True, "ends");
                },
                iter: 3000,
                print: s => $"{s.Column.Type} rows {s.Start}+{s.Count} of {s.Column.Count}, {s.Goal}");

    [Test]
    public void CountBytes_AnySubRange_IsTheSumOfItsRows() =>
        ColumnSamples.Column(300).Where(column => column.Type.IsVariable).SelectMany(c => Ranges(c.Count), (c, r) => (Column: c, Range: r))
            .Select(Goals, (x, goal) => (x.Column, x.Range.Start, x.Range.Count, Goal: goal))
            .Sample(
                s =>
                {
                    byte[] bytes = Encode(s.Column, 0, s.Column.Count, s.Goal);
                    ColumnChunk chunk = ColumnChunk.Open(s.Column.Type, bytes, s.Column.Count);
                    long expected = 0;
                    for (int row = s.Start; row < s.Start + s.Count; row++)
                    {
                        expected += chunk.GetBytes(row).Length;
                    }

                    Assert.That(chunk.CountBytes(s.Start, s.Count), Is.EqualTo(expected), $"{chunk.Encoding}");
                },
                iter: 1000,
                print: s => $"{s.Column.Type} rows {s.Start}+{s.Count} of {s.Column.Count}, {s.Goal}");

    [Test]
    public void Write_Keys_ReadBack() =>
        Gen.Select(Gen.Int[0, 63], Gen.Int[1, 300], Gen.Long).Sample((bits, rows, seed) =>
        {
            var random = new Random((int)seed);
            long[] times = [.. Enumerable.Range(0, rows).Select(_ => unchecked(seed + (random.NextInt64() >> (63 - bits))))];
            ulong[] ids = [.. times.Select(t => (ulong)t)];
            ChunkDecision decision = ColumnChunkWriter.Plan(times);
            var bytes = new byte[decision.Length];
            ColumnChunkWriter.Write(times, decision, bytes);
            ColumnChunk.Validate(ColumnType.Scalar<long>(), bytes, rows);
            ColumnChunk chunk = ColumnChunk.Open(ColumnType.Scalar<long>(), bytes, rows);
            var read = new long[rows];
            chunk.CopyLongs(0, rows, read);
            Assert.That(read, Is.EqualTo(times));
            Assert.That(chunk.GetLong(rows - 1), Is.EqualTo(times[^1]));
            decision = ColumnChunkWriter.Plan(ids);
            bytes = new byte[decision.Length];
            ColumnChunkWriter.Write(ids, decision, bytes);
            var readIds = new ulong[rows];
            ColumnChunk.Open(ColumnType.Scalar<ulong>(), bytes, rows).CopyULongs(0, rows, readIds);
            Assert.That(readIds, Is.EqualTo(ids));
        });

    [Test]
    public void Plan_ColumnAbsentEverywhere_TakesNoBytes()
    {
        var column = new ColumnBuffer(ColumnType.Scalar<float>());
        column.AppendMissing(ColumnState.Absent, 100);
        Assert.That(ColumnChunkWriter.Plan(column, 0, 100).Length, Is.Zero);
        Assert.That(ColumnChunk.Open(column.Type, [], 100).GetState(99), Is.EqualTo(ColumnState.Absent));
    }

    [TestCase(0UL, ChunkEncoding.Constant, 12)]
    [TestCase(255UL, ChunkEncoding.FrameOfReference, 112)]
    [TestCase(256UL, ChunkEncoding.FrameOfReference, 212)]
    [TestCase(65_536UL, ChunkEncoding.FrameOfReference, 412)]
    [TestCase(1UL << 32, ChunkEncoding.Raw, 804)]
    public void Plan_IntegersOfASpan_TakesTheNarrowestOffsets(ulong span, ChunkEncoding encoding, int length)
    {
        var column = new ColumnBuffer(ColumnType.Scalar<long>());
        for (int i = 0; i < 100; i++)
        {
            column.Append(i == 50 ? -1000L + (long)span : -1000L);
        }

        ChunkDecision decision = ColumnChunkWriter.Plan(column, 0, 100);
        Assert.That((decision.Encoding, decision.Length), Is.EqualTo((encoding, length)));
    }

    [TestCase(1UL, ChunkEncoding.Packed, 1, 13 + 19)]
    [TestCase(255UL, ChunkEncoding.FrameOfReference, 1, 112)]
    [TestCase(256UL, ChunkEncoding.Packed, 9, 113 + 19)]
    [TestCase(1UL << 31, ChunkEncoding.FrameOfReference, 4, 412)]
    [TestCase(1UL << 32, ChunkEncoding.Packed, 33, 413 + 19)]
    [TestCase((1UL << 57) - 1, ChunkEncoding.Packed, 57, 713 + 19)]
    [TestCase(1UL << 57, ChunkEncoding.Raw, 0, 804)]
    [TestCase(ulong.MaxValue, ChunkEncoding.Raw, 0, 804)]
    public void Plan_NumbersOfASpanForSize_TakesTheFewestBits(ulong span, ChunkEncoding encoding, int unit, int length)
    {
        Random random = new(7);
        long[] numbers = [.. Enumerable.Range(0, 100).Select(
            i => unchecked(long.MinValue + (long)(i == 50 ? span : i == 60 ? 0 : (ulong)random.NextInt64() % span)))];
        var column = new ColumnBuffer(ColumnType.Scalar<long>());
        foreach (long number in numbers)
        {
            column.Append(number);
        }

        ChunkDecision decision = ColumnChunkWriter.Plan(column, 0, 100, ChunkGoal.Size);
        Assert.That((decision.Encoding, (int)decision.UnitWidth, decision.Length), Is.EqualTo((encoding, unit, length)));
        Assert.That(ColumnChunkWriter.Plan(numbers, ChunkGoal.Size), Is.EqualTo(decision));
        ColumnChunk chunk = ColumnChunk.Open(column.Type, Encode(column, 0, 100, ChunkGoal.Size), 100);
        long[] read = new long[100];
        chunk.CopyLongs(0, 100, read);
        Assert.That(read, Is.EqualTo(numbers));
        Assert.That(chunk.GetLong(50), Is.EqualTo(numbers[50]));
    }

    [Test]
    public void Plan_FewDistinctTexts_BecomesADictionaryForSize()
    {
        var column = new ColumnBuffer(ColumnType.Text);
        for (int i = 0; i < 100; i++)
        {
            column.AppendText(i % 3 == 0 ? "germany" : "portugal");
        }

        Assert.That(ColumnChunkWriter.Plan(column, 0, 100, ChunkGoal.Size).Encoding, Is.EqualTo(ChunkEncoding.Dictionary));
        Assert.That(ColumnChunkWriter.Plan(column, 0, 100).Encoding, Is.EqualTo(ChunkEncoding.VariableRaw));
    }

    [Test]
    public void Write_MoreThan256DistinctValues_TakesCodesOfTwoBytes()
    {
        var numbers = new ColumnBuffer(ColumnType.Scalar<double>());
        var texts = new ColumnBuffer(ColumnType.Text);
        for (int i = 0; i < 4000; i++)
        {
            numbers.Append(i % 300 / 7.0);
            texts.AppendText($"a longer text {i % 300}");
        }

        foreach (ColumnBuffer column in new[] { numbers, texts })
        {
            byte[] bytes = Encode(column, 0, 4000, ChunkGoal.Size);
            ColumnChunk.Validate(column.Type, bytes, 4000);
            ColumnChunk chunk = ColumnChunk.Open(column.Type, bytes, 4000);
            Assert.That((chunk.Encoding, chunk.UnitWidth), Is.EqualTo((ChunkEncoding.Dictionary, 2)));
            var read = new ColumnBuffer(column.Type);
            chunk.AppendTo(read, 0, 4000);
            Assert.That(read.Values.SequenceEqual(column.Values), Is.True);
        }
    }

    [Test]
#if DEBUG
    [Ignore("Only optimised code is free of allocations here.")]
#endif
    public void PlanWriteAndRead_ColumnSeenBefore_AllocatesNothing()
    {
        foreach (ColumnType type in ColumnSamples.Types)
        {
            var column = new ColumnBuffer(type);
            var read = new ColumnBuffer(type);
            for (int i = 0; i < 200; i++)
            {
                if (type.IsVariable)
                {
                    column.AppendBytes(new byte[i % 5]);
                }
                else
                {
                    column.AppendFixedRows(1).Fill((byte)(i & 1));
                }
            }

            column.AppendMissing(ColumnState.Null, 3);
            var bytes = new byte[10_000];
            RoundTrip();
            long before = GC.GetAllocatedBytesForCurrentThread();
            RoundTrip();
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, type.ToString());

            void RoundTrip()
            {
                foreach (ChunkGoal goal in (ReadOnlySpan<ChunkGoal>)[ChunkGoal.Speed, ChunkGoal.Size])
                {
                    ChunkDecision decision = ColumnChunkWriter.Plan(column, 1, 202, goal);
                    ColumnChunkWriter.Write(column, decision, bytes);
                    read.Clear();
                    ColumnChunk.Validate(type, bytes.AsSpan(0, decision.Length), 202);
                    ColumnChunk.Open(type, bytes.AsSpan(0, decision.Length), 202).AppendTo(read, 0, 202);
                }
            }
        }
    }

    [Test]
    public void CopyValues_RowsOutsideTheChunk_Throws()
    {
        var column = new ColumnBuffer(ColumnType.Scalar<int>());
        column.Append(1);
        byte[] bytes = Encode(column, 0, 1, ChunkGoal.Speed);
        Assert.That(
            () => ColumnChunk.Open(column.Type, bytes, 1).CopyValues(1, 1, new byte[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => ColumnChunk.Open(column.Type, bytes, 1).CopyValues(-1, 1, new byte[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => ColumnChunk.Open(column.Type, bytes, 1).CopyValues(0, int.MaxValue, new byte[4]),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    internal static byte[] Encode(ColumnBuffer column, int start, int count, ChunkGoal goal)
    {
        ChunkDecision decision = ColumnChunkWriter.Plan(column, start, count, goal);
        var bytes = new byte[decision.Length];
        Assert.That(ColumnChunkWriter.Write(column, decision, bytes), Is.EqualTo(decision.Length));
        return bytes;
    }

    internal static ReadOnlySpan<byte> Row(in ColumnChunk chunk, int row, Span<byte> scratch)
    {
        if (chunk.Type.IsVariable)
        {
            return chunk.GetBytes(row);
        }

        chunk.CopyValues(row, 1, scratch);
        return scratch;
    }

    private static Gen<(int Start, int Count)> Ranges(int rows) =>
        Gen.Int[0, rows].SelectMany(start => Gen.Int[0, rows - start], (start, count) => (start, count));
}
