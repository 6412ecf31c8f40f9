using Signals.Core.Columns;
using Signals.Serving;
using Signals.Storage.FeatureLog;
using Signals.Storage.FileSystem;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.FeatureLog;

/// <summary>Served sequences logged in full: what comes back, its bytes, torn tails and damage.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FeatureLogTests
{
    private const string Path = "/log/features.log";

    private const string GoldenDefinition =
        "0100000000000000" + "8967452301EFCDAB" + "0400" + "66656564" + "0200" + "0100" + "6E" + "06000100" + "0100" + "76" + "1F000200";

    private const string GoldenBlock =
        "0200000000000000" + "01000000" + "02000000"
        + "0C0000000C000000" + "020200000100000000000000" + "0C0000000C000000" + "020200000200000000000000" // user
        + "0C0000000C000000" + "02020000E803000000000000" + "0500000005000000" + "0202000001" // as-of, status
        + "0800000008000000" + "0202000002000000" // length
        + "1000000010000000" + "04020200E803000000000000E8030000" + "0E0000000E000000" + "0402010007000000000000000001" // times, ids
        + "0800000008000000" + "0302000000000100" // event types
        + "0B0000000B000000" + "0403010000000000050006" + "0D0000000D000000" + "03030000003C00400000000002"; // n, v

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    public FeatureLogTests() => _files.CreateDirectory("/log");

    [Test]
    public void Read_WhatWasLogged_IsWhatWasServed()
    {
        using SignalStore store = FeedSample.Open(_time);
        FeedSample.Fill(store, users: 5, perType: 100);
        using (FeatureLogWriter writer = FeatureLogWriter.Open(_files, Path))
        {
            for (ulong user = 1; user <= 6; user++)
            {
                using ServedSequence sequence = store.Read(UserId.From(user), "home_feed");
                writer.Append(sequence);
            }
        }

        using FeatureLogReader reader = FeatureLogReader.Open(_files, Path);
        for (ulong user = 1; user <= 6; user++)
        {
            using ServedSequence expected = store.Read(UserId.From(user), "home_feed");
            Assert.That(reader.TryRead(out LoggedSequence read));
            Assert.That(
                (read.User, read.AsOfMs, read.Status, read.DefinitionName, read.Count),
                Is.EqualTo((UserId.From(user), _time.NowMs, expected.Status, "home_feed", expected.Count)));
            Assert.That(read.Status, Is.EqualTo(user == 6 ? ServingStatus.UnknownUser : ServingStatus.Complete));
            Assert.That(read.DefinitionHash, Is.EqualTo((ulong)(expected.Definition.ComputeContentHash() >> 64)));
            Assert.That(read.Times.SequenceEqual(expected.Times) && read.Ids.SequenceEqual(expected.Ids)
                && read.EventTypes.SequenceEqual(expected.EventTypes));
            Assert.That(read.Field<ulong>("item").SequenceEqual(expected.Field<ulong>("item"))
                && read.Field<float>("dwell").SequenceEqual(expected.Field<float>("dwell")));
            Assert.That(read.States("category").SequenceEqual(expected.States("category"))
                && read.Field<int>("category").SequenceEqual(expected.Field<int>("category")));
            Assert.That(read.Vector<Half>("embedding").SequenceEqual(expected.Vector<Half>("embedding")));
            Assert.That(() => LengthOf(read), Throws.ArgumentException.With.Message.Contains("nothing"));
        }

        Assert.That(reader.TryRead(out _), Is.False);
        Assert.That(reader.IsTorn, Is.False);
    }

    [Test]
    public void Append_ToAnExistingLog_GoesOn()
    {
        using SignalStore store = PastStores.Open(new SimFileSystem(), _time);
        for (int opening = 0; opening < 3; opening++)
        {
            PastStores.Append(store, 1, opening);
            using FeatureLogWriter writer = FeatureLogWriter.Open(_files, Path);
            using ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name);
            writer.Append(sequence);
            writer.Sync();
            writer.Append(sequence);
        }

        Assert.That(Counts(), Is.EqualTo(new[] { 1, 1, 2, 2, 3, 3 }));
        using FeatureLogReader reader = FeatureLogReader.Open(_files, Path);
        reader.TryRead(out LoggedSequence first);
        Assert.That(first.Text("note", 0), Is.EqualTo("m0"));
    }

    [Test]
    public void Read_CutAtAnyByte_GivesTheWholeBlocksAndTheWriterGoesOn()
    {
        byte[] whole = LogOfThree();
        for (int length = LogFormat.HeaderBytes; length < whole.Length; length += 7)
        {
            Put(whole[..length]);
            int[] counts = Counts();
            Assert.That(counts, Is.EqualTo(new[] { 1, 2, 3 }.Take(counts.Length)), $"cut at {length}");
            using (SignalStore store = PastStores.Open(new SimFileSystem(), _time))
            using (FeatureLogWriter writer = FeatureLogWriter.Open(_files, Path))
            using (ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name))
            {
                writer.Append(sequence);
            }

            Assert.That(Counts(), Is.EqualTo(counts.Append(0)), $"cut at {length}");
        }
    }

    [Test]
    public void Read_AnyByteFlipped_IsRefusedOrAWholePrefix()
    {
        byte[] whole = LogOfThree();
        for (int at = 0; at < whole.Length; at += 5)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x20;
            Put(damaged);
            try
            {
                int[] counts = Counts();
                Assert.That(counts, Is.EqualTo(new[] { 1, 2, 3 }.Take(counts.Length)), $"byte {at}");
            }
            catch (SignalsException)
            {
                // Damage, or a version that is not known.
            }
        }
    }

    [Test]
    public void Entries_Mutated_AreReadOrRefused()
    {
        LoggedDefinition definition = Golden();
        byte[] block = GoldenEntry(definition);
        SimRandom random = new(11);
        for (int i = 0; i < 30_000; i++)
        {
            byte[] entry = random.Coin() ? [.. block] : definition.Write();
            bool isBlock = entry[0] == FeatureLogFormat.BlockKind;
            for (int flips = random.Below(4); flips >= 0; flips--)
            {
                entry[random.Below(entry.Length)] = (byte)random.Below(256);
            }

            int length = random.Coin() ? entry.Length : random.Below(entry.Length);
            try
            {
                _ = isBlock
                    ? (object)LoggedBlock.Read(entry.AsSpan(0, length), [definition])
                    : LoggedDefinition.Read(entry.AsSpan(0, length));
            }
            catch (InvalidDataException)
            {
                // Said to be none.
            }
        }
    }

    [Test]
    public void Write_KnownContent_GivesTheGoldenBytes()
    {
        LoggedDefinition definition = Golden();
        Assert.That(Convert.ToHexString(definition.Write()), Is.EqualTo(GoldenDefinition));
        LoggedDefinition read = LoggedDefinition.Read(Convert.FromHexString(GoldenDefinition));
        Assert.That(
            (read.Name, read.Hash, read.Columns, read.Types),
            Is.EqualTo((definition.Name, definition.Hash, definition.Columns, definition.Types)));
        Assert.That(Convert.ToHexString(GoldenEntry(definition)), Is.EqualTo(GoldenBlock));
        LoggedBlock back = LoggedBlock.Read(Convert.FromHexString(GoldenBlock), [definition]);
        Assert.That((back.Count, back.RowsOf(0)), Is.EqualTo((1, (0, 2))));
    }

    private static int LengthOf(LoggedSequence sequence) => sequence.Field<int>("nothing").Length;

    private static LoggedDefinition Golden() =>
        new("feed", 0xABCD_EF01_2345_6789, ["n", "v"], [ColumnType.Scalar<int>(), ColumnType.Vector<Half>(2)]);

    private static byte[] GoldenEntry(LoggedDefinition definition)
    {
        BlockBuilder builder = new(0, definition);
        ColumnBuffer numbers = new(ColumnType.Scalar<int>());
        numbers.Append(5);
        numbers.AppendMissing(ColumnState.Null);
        ColumnBuffer vectors = new(ColumnType.Vector<Half>(2));
        vectors.AppendFixed([0, 60, 0, 64]);
        vectors.AppendMissing(ColumnState.Absent);
        builder.Add(new UserId(1, 2), 1000, ServingStatus.Truncated, [2000L, 1000L], [7UL, 8UL], [0, 1], [numbers, vectors]);
        return builder.Take();
    }

    private byte[] LogOfThree()
    {
        using (SignalStore store = PastStores.Open(new SimFileSystem(), _time))
        using (FeatureLogWriter writer = FeatureLogWriter.Open(_files, Path))
        {
            for (int i = 1; i <= 3; i++)
            {
                PastStores.Append(store, 1, i);
                using ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name);
                writer.Append(sequence);
                writer.Flush();
            }
        }

        using IFile file = _files.Open(Path, FileOpenMode.Read);
        byte[] whole = new byte[file.Length];
        file.Read(0, whole);
        return whole;
    }

    private void Put(byte[] bytes)
    {
        if (_files.FileExists(Path))
        {
            _files.Delete(Path);
        }

        using IFile file = _files.Open(Path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
    }

    private int[] Counts()
    {
        List<int> counts = [];
        using FeatureLogReader reader = FeatureLogReader.Open(_files, Path);
        while (reader.TryRead(out LoggedSequence sequence))
        {
            counts.Add(sequence.Count);
        }

        return [.. counts];
    }
}
