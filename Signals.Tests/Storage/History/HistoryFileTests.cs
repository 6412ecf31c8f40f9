using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Versions;

namespace Signals.Tests.Storage.History;

/// <summary>The list of kept versions as a file: its bytes, what a crash leaves of it, and damage.</summary>
[Category("Fast")]
internal sealed class HistoryFileTests
{
    private const string Folder = "d";
    private const string File = "d/VERSIONS-000003";

    private const string Whole =
        "0103000000000000" + "0700000000000000" + "E803000000000000" + "2C01000000000000" + "0200000000000000" + "0100000000000000"
        + "84" + "0191" + "DC0013" + "05" + "00" + "00" + "01" + "02" + "03" + "01" + "CD1000" + "CEDEADBEEF"
        + "00" + "01" + "00" + "02" + "00" + "00" + "00" + "00" + "90" + "C0"
        + "0304" + "05CCFA" + "0791" + "93" + "00" + "09" + "CD03E7";

    private const string Sample = "0200000000000000" + "0700000000000000" + "DC05000000000000" + "5E01000000000000";
    private const string Promise = "0300000000000000";

    [Test]
    public void Create_KnownContent_GivesTheGoldenBytes()
    {
        SimFileSystem files = NewFiles();
        HistoryFile.Create(new StoreFolder(files, Folder), 3, Content()).Dispose();
        List<string> entries = [];
        LogScan.ReadTo(
            files, File, 3 | (1UL << 62), LengthOf(files),
            (long _, in LogEntry _, ReadOnlySpan<byte> payload) => entries.Add(Convert.ToHexString(payload)));
        Assert.That(entries, Is.EqualTo(new[] { Whole, Sample, Promise }));
    }

    [Test]
    public void Read_WhatWasWritten_IsTheSame()
    {
        SimFileSystem files = NewFiles();
        HistoryContent content = Content();
        using (HistoryFile file = HistoryFile.Create(new StoreFolder(files, Folder), 3, content))
        {
            RetainedVersion next = Next(content.Versions[0]);
            file.Append(next, content.Versions[0], cleanEdits: 1);
            file.Append(new PastSample(3000, new PastPoint(new(500), 8)));
        }

        HistoryContent read = HistoryFile.Read(new StoreFolder(files, Folder));
        Assert.That(read.HighestFile, Is.EqualTo(3));
        Assert.That(read.Versions.Select(version => version.Number), Is.EqualTo(new ulong[] { 7, 8 }));
        Assert.That(read.Versions[1].Tables.Select(table => table.Number), Is.EqualTo(new ulong[] { 6 }));
        Assert.That(read.Versions[1].FirstLog, Is.EqualTo(9));
        Assert.That(read.Versions[0].Erasures, Is.EqualTo(content.Versions[0].Erasures));
        Assert.That(read.Samples, Is.EqualTo(new[] { content.Samples[0], new PastSample(3000, new PastPoint(new(500), 8)) }));
        Assert.That((read.CleanEdits, read.HighestVersion), Is.EqualTo((CleanEdits: 1UL, HighestVersion: 8UL)));
    }

    /// <summary>What is allocated goes by the bytes of the entries, not by the tables of the store times the versions.</summary>
    [Test]
    public void Read_ManySmallVersionsOfManyTables_TakesMemoryInProportionToTheBytes()
    {
        const int Tables = 2_000;
        const int Versions = 2_000;
        RetainedVersion version = Next(Content().Versions[0]) with
        {
            Tables = [.. Enumerable.Range(1, Tables).Select(number => Edits.Meta((ulong)number))],
        };
        List<byte[]> entries = [HistoryEntries.Write(version, before: null, cleanEdits: 0)];
        for (int i = 1; i < Versions; i++)
        {
            RetainedVersion next = version with
            {
                Number = version.Number + 1,
                Tables = version.Tables.SetItem(i % Tables, Edits.Meta(version.Tables[i % Tables].Number, max: 30 + i)),
            };
            entries.Add(HistoryEntries.Write(next, version, cleanEdits: 0));
            version = next;
        }

        HistoryContent content = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        entries.ForEach(entry => HistoryEntries.ReadInto(content, entry));
        Assert.That(
            GC.GetAllocatedBytesForCurrentThread() - before,
            Is.LessThan(50L * entries.Sum(entry => entry.Length)).And.LessThan(32L << 20));
        Assert.That(content.Versions[^1].Tables, Is.EqualTo(version.Tables));
        Assert.That(content.Versions[1].Tables[0], Is.EqualTo(Edits.Meta(1)));
    }

    [Test]
    public void PowerCut_AtEachOperation_LeavesTheOldListOrTheNewOne()
    {
        SimFileSystem files = NewFiles();
        HistoryContent content = Content();
        HistoryFile.Create(new StoreFolder(files, Folder), 3, content).Dispose();
        int before = files.OperationCount;
        content.Add(Next(content.Versions[0]), cleanEdits: 1);
        using (HistoryFile second = HistoryFile.Create(new StoreFolder(files, Folder), 4, content))
        {
            second.Append(Next(content.Versions[1]), content.Versions[1], cleanEdits: 1);
        }

        SimRecording run = files.Recording();
        HashSet<int> seen = [];
        for (int cut = before; cut <= run.Operations.Count; cut++)
        {
            for (ulong seed = 0; seed < 12; seed++)
            {
                SimFileSystem crashed = new(run.CrashImage(cut, seed), record: false);
                HistoryContent read = HistoryFile.Read(new StoreFolder(crashed, Folder));
                Assert.That(read.Versions, Has.Count.InRange(cut == run.Operations.Count ? 3 : 1, 3), $"cut {cut}, seed {seed}");
                seen.Add(read.Versions.Count);
            }
        }

        Assert.That(seen, Is.EquivalentTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Read_AnyByteOfASyncedEntryFlipped_IsRefusedOrTheSame()
    {
        SimFileSystem files = NewFiles();
        using (HistoryFile file = HistoryFile.Create(new StoreFolder(files, Folder), 3, Content()))
        {
            file.Append(Next(Content().Versions[0]), Content().Versions[0], cleanEdits: 1);
        }

        long synced = LengthOf(files) - LogFormat.EntryLength(HistoryFormat.PromiseBytes);
        int same = 0;
        for (long at = LogFormat.HeaderBytes; at < synced; at++)
        {
            Flip(files, at);
            try
            {
                HistoryContent read = HistoryFile.Read(new StoreFolder(files, Folder));
                Assert.That(read.Versions, Has.Count.EqualTo(2), $"byte {at} is between two entries");
                same++;
            }
            catch (CorruptionException)
            {
                // Named with its place.
            }

            Flip(files, at);
        }

        Assert.That(same, Is.LessThan(24), "only the gaps behind entries are under no checksum");
    }

    [Test]
    public void ReadInto_Mutated_IsReadOrRefused()
    {
        byte[] whole = Convert.FromHexString(Whole);
        SimRandom random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] entry = [.. whole];
            for (int flips = random.Below(4); flips >= 0; flips--)
            {
                entry[random.Below(entry.Length)] = (byte)random.Below(256);
            }

            try
            {
                HistoryEntries.ReadInto(new HistoryContent(), entry.AsSpan(0, random.Coin() ? entry.Length : random.Below(entry.Length)));
            }
            catch (InvalidDataException)
            {
                // What is no entry is said to be none.
            }
        }
    }

    private static SimFileSystem NewFiles()
    {
        SimFileSystem files = new();
        files.CreateDirectory(Folder);
        return files;
    }

    private static HistoryContent Content()
    {
        HistoryContent content = new();
        content.Add(
            new RetainedVersion
            {
                Number = 7,
                InstalledMs = 1000,
                KnownPosition = new(300),
                FlushedPosition = new(250),
                FirstLog = 4,
                ErasureEdits = 2,
                IsOpening = true,
                Tables = [Table(5)],
                Erasures = [new Erasure(new UserId(0, 9), 999)],
            },
            cleanEdits: 1);
        content.Add(new PastSample(1500, new PastPoint(new(350), 7)));
        return content;
    }

    private static RetainedVersion Next(RetainedVersion version) => version with
    {
        Number = version.Number + 1,
        InstalledMs = version.InstalledMs + 1000,
        KnownPosition = version.KnownPosition + 100,
        FirstLog = version.FirstLog + 5,
        IsOpening = false,
        Tables = [Table(version.Tables[0].Number + 1)],
        Erasures = [],
    };

    private static TableMeta Table(ulong number) => new()
    {
        Number = number,
        EventType = 0,
        WindowStart = 0,
        MinTime = 1,
        MaxTime = 2,
        Rows = 3,
        Users = 1,
        FileLength = 4096,
        FileChecksum = 0xDEADBEEF,
        NewestInserted = 2,
    };

    private static long LengthOf(SimFileSystem files)
    {
        using IFile file = files.Open(File, FileOpenMode.Read);
        return file.Length;
    }

    private static void Flip(SimFileSystem files, long at)
    {
        using IFile file = files.Open(File, FileOpenMode.ReadWrite);
        byte[] one = new byte[1];
        file.Read(at, one);
        one[0] ^= 0x10;
        file.Write(at, one);
    }
}
