using System.Buffers.Binary;
using Signals.Serving;
using Signals.Storage.FeatureLog;
using Signals.Storage.Wal;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>Feature logs of few bytes that claim much: reading one, columns and all, allocates no more than its limit.</summary>
[Category("Reliability")]
internal sealed class HostileFeatureLogTests
{
    private const string Path = "features.log";

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (int rows in (int[])[1, 1 << 16, 1 << 20, 1 << 22, int.MaxValue])
        {
            yield return Case(
                $"{rows} rows of one value", Repeated(ColumnType.Scalar<double>(), 1), rows, HostileChunk.Constant(new byte[8]));
            yield return Case(
                $"{rows} rows of one vector", Repeated(ColumnType.Vector<float>(16), 1), rows, HostileChunk.Constant(new byte[64]));
            yield return Case(
                $"{rows} rows of 1,000 columns of which none has a value",
                Repeated(ColumnType.Scalar<bool>(), 1000), rows, HostileChunk.Absent);
            yield return Case(
                $"{rows} rows of 1,000 texts of which none has a value", Repeated(ColumnType.Text, 1000), rows, HostileChunk.Absent);
        }

        yield return Case(
            "60,000 rows of one text of 100 KB", Repeated(ColumnType.Text, 1), 60_000, HostileChunk.OneEntry(60_000, 100_000));
        yield return Case(
            "1,000 rows of one text of 10 MB, compressed", Repeated(ColumnType.Text, 1),
            1_000, HostileChunk.OneEntry(1_000, 10_000_000), isPacked: true);
        yield return Case(
            "40 texts of 4 MB of zeros, compressed", Repeated(ColumnType.Text, 40), 1, HostileChunk.Zeros(4 << 20), isPacked: true);
        yield return Case(
            "a text of 80 MB of zeros, compressed", Repeated(ColumnType.Text, 1), 1, HostileChunk.Zeros(80 << 20), isPacked: true);
    }

    [TestCaseSource(nameof(Cases))]
    public void Read_ClaimsMuch_AllocatesLittle(ColumnType[] types, int rows, HostileChunk chunk, bool isPacked)
    {
        MemoryFileSystem files = new();
        using (LogWriter log = LogWriter.Create(files, Path, FeatureLogFormat.LogNumber, firstSequence: 1, fixedSize: 0))
        {
            log.Append(new LoggedDefinition("feed", 1, [.. types.Select((_, i) => $"c{i}")], types).Write(), position: default);
            log.Append(Block(types.Length, rows, chunk, isPacked), position: default);
        }

        long length = files[Path].Length;
        long allocated = Allocation.Of(
            () =>
            {
                using FeatureLogReader reader = FeatureLogReader.Open(files, Path);
                while (reader.TryRead(out LoggedSequence sequence))
                {
                    _ = sequence.Times.Length;
                }
            },
            e => e is CorruptionException { File: Path, Offset: > 0 });
        TestContext.Out.WriteLine($"{length:N0} bytes: {allocated:N0} allocated");
        Assert.That(allocated, Is.LessThan(Allocation.Most));
    }

    private static TestCaseData Case(string name, ColumnType[] types, int rows, HostileChunk chunk, bool isPacked = false) =>
        new TestCaseData(types, rows, chunk, isPacked).SetArgDisplayNames(name);

    private static ColumnType[] Repeated(ColumnType type, int columns) => [.. Enumerable.Repeat(type, columns)];

    internal static byte[] Block(int columns, int rows, HostileChunk chunk, bool isPacked)
    {
        List<byte> block = [.. new byte[FeatureLogFormat.BlockHeaderBytes]];
        HostileChunk number = HostileChunk.Constant(new byte[8]);
        HostileChunk[] keys =
        [
            number, number, number, HostileChunk.Constant(0), HostileChunk.Constant(BitConverter.GetBytes(rows)),
            number, number, HostileChunk.Constant(0, 0),
        ];
        foreach (HostileChunk key in keys)
        {
            Add(block, key.Payload, key.Payload, 0);
        }

        for (int i = 0; i < columns; i++)
        {
            Add(
                block, isPacked ? chunk.Packed().Payload.AsSpan(sizeof(uint)) : chunk.Payload,
                chunk.Payload, isPacked ? FeatureLogFormat.Lz4Bit : 0);
        }

        byte[] bytes = [.. block];
        bytes[FeatureLogFormat.KindOffset] = FeatureLogFormat.BlockKind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FeatureLogFormat.SequencesOffset), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FeatureLogFormat.RowsOffset), rows);
        return bytes;
    }

    private static void Add(List<byte> block, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> plain, uint flag)
    {
        byte[] header = new byte[FeatureLogFormat.ChunkHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)stored.Length | flag);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(sizeof(uint)), plain.Length);
        block.AddRange(header);
        block.AddRange(stored);
    }
}
