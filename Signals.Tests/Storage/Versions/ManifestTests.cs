using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Versions;

/// <summary>A manifest gives the sum of its commits after any reopening, failure, power cut or damage, or a typed error.</summary>
[Category("Fast")]
internal sealed class ManifestTests
{
    private const string Folder = "/store";

    private SimFileSystem _files = null!;

    [SetUp]
    public void MakeFolder()
    {
        _files = new SimFileSystem();
        _files.CreateDirectory(Folder);
    }

    [Test]
    public void Open_AfterCommits_GivesTheirSum()
    {
        string committed;
        using (Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit { Schema = [1, 2] }))
        {
            manifest.Commit(Edits.Add(3, 4).Erase(9, 100).Move("s", 6).Import(70).Complete(1, 500));
            VersionEdit flush = Edits.Add(8).Remove(3).Erase(9, 50).Erase(2, 7).Move("s", 5).Move("r", 8).Import(60)
                .Complete(1, 400).Complete(2, 5);
            flush.FirstLiveLog = 6;
            flush.FlushedPosition = new(777);
            flush.NextFileNumber = 20;
            manifest.Commit(flush);
            committed = manifest.State.Describe();
        }

        using Manifest reopened = Manifest.Open(new StoreFolder(_files, Folder));
        Assert.That(
            committed,
            Is.EqualTo("tables=4,8 log=6 next=20 flushed=777 schema=0102 erased=2@7,9@100 sources=r@8,s@6 segments=60,70"
                + " complete=1@500,2@5"));
        Assert.That(reopened.State.Describe(), Is.EqualTo(committed));
        Assert.That(reopened.State.Tables[8], Is.EqualTo(Edits.Meta(8)));
        Assert.That(reopened.State.Segments[70], Is.EqualTo(Edits.Segment(70)));
        Assert.That(
            () => reopened.Commit(new VersionEdit().Import(70)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contain("imported already"));
        Assert.That(_files.ListFiles(Folder), Is.EquivalentTo(new[] { "CURRENT", StoreFiles.Manifest(2) }));
    }

    [Test]
    public void Commit_TableThatComesAgainWithAColumnFile_HasItAfterReopening()
    {
        ColumnFileMeta file = new(9, 200, 0xBEEF, [1, 7]);
        using (Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), Edits.Add(3, 4)))
        {
            VersionEdit edit = new VersionEdit().Remove(3);
            edit.AddedTables.Add(Edits.Meta(3) with { ColumnFiles = [file] });
            manifest.Commit(edit);
        }

        using Manifest reopened = Manifest.Open(new StoreFolder(_files, Folder));
        Assert.That(reopened.State.Describe(), Does.StartWith("tables=3,4 log=0 next=10 "), "the file's number is taken");
        Assert.That(reopened.State.Tables[3].ColumnFiles, Is.EqualTo(new[] { file }));
    }

    [Test]
    public void Commit_ManyEdits_RollsOverAndLosesNothing()
    {
        using Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit(), rolloverBytes: 1000);
        for (ulong number = 1; number <= 3000; number++)
        {
            manifest.Commit(number % 2 == 0 ? Edits.Add(number).Remove(number - 1) : Edits.Add(number).Erase(number, 1));
        }

        using Manifest reopened = Manifest.Open(new StoreFolder(_files, Folder));
        Assert.That(manifest.Number, Is.InRange(3, 100));
        Assert.That(reopened.State.Describe(), Is.EqualTo(manifest.State.Describe()));
        Assert.That(reopened.State.Tables, Has.Count.EqualTo(1500));
    }

    [Test]
    public void Commit_EditThatContradictsTheState_IsRefusedAndLeavesTheManifestUsable()
    {
        using Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit { FirstLiveLog = 5 });
        manifest.Commit(Edits.Add(1));

        Assert.That(() => manifest.Commit(Edits.Add(1)), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => manifest.Commit(new VersionEdit().Remove(2)), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => manifest.Commit(new VersionEdit { FirstLiveLog = 4 }), Throws.TypeOf<InvalidDataException>());
        manifest.Commit(Edits.Add(2));
        Assert.That(manifest.State.Tables.Keys, Is.EqualTo(new ulong[] { 1, 2 }));
    }

    [Test]
    public void Commit_AnyOperationFails_PoisonsAndReopensWithWhatWasCommitted()
    {
        int failures = 0;
        for (int skip = 0; ; skip++)
        {
            MakeFolder();
            using Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit(), rolloverBytes: 1);
            string before = manifest.State.Describe();
            _files.FailAt(_files.OperationCount + skip);
            try
            {
                manifest.Commit(Edits.Add(1));
            }
            catch (FileOperationException)
            {
                failures++;
                Assert.That(() => manifest.Commit(Edits.Add(2)), Throws.TypeOf<StorePoisonedException>());
                Assert.That(manifest.State.Describe(), Is.EqualTo(before));
                using Manifest reopened = Manifest.Open(new StoreFolder(_files, Folder));
                Assert.That(reopened.State.Tables.Keys, Is.SubsetOf(new ulong[] { 1 }));
                continue;
            }

            Assert.That(failures, Is.GreaterThanOrEqualTo(3), "write, sync, promise");
            return;
        }
    }

    [Test]
    public void Open_AfterAPowerCutAnywhere_HoldsEveryCommitAndAtMostTheOneUnderWay()
    {
        List<(int Operation, string State)> acked = RunWorkload();
        SimRecording recording = _files.Recording();
        int states = 0;
        for (int count = 0; count <= recording.Operations.Count; count++)
        {
            for (ulong seed = 0; seed < 40; seed++, states++)
            {
                CheckCrash(recording.CrashImage(count, seed), acked, count, $"{count} operations, seed {seed}");
            }
        }

        TestContext.Out.WriteLine($"{states} crash states");
        Assert.That(states, Is.GreaterThan(1000));
    }

    [Test]
    public void Open_AnyBitOfTheFilesFlipped_GivesTheSameStateOrATypedError()
    {
        using (Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit { Schema = [1] }))
        {
            manifest.Commit(Edits.Add(1).Erase(5, 10));
        }

        string expected = "tables=1 log=0 next=2 flushed=0 schema=01 erased=5@10";
        SimDisk disk = _files.Recording().KillImage(_files.OperationCount);
        foreach (string name in _files.ListFiles(Folder))
        {
            FlipEveryBit(disk, Path.Combine(Folder, name), expected);
        }
    }

    /// <summary>
    /// Zeros at the end of a snapshot looked like a write that a crash cut off, and the tables in it were deleted as strays.
    /// </summary>
    [Test]
    public void Open_EndOfTheSnapshotCutOffOrZeroed_IsRefused([Values] bool zeroed)
    {
        Manifest.Create(new StoreFolder(_files, Folder), [Edits.Add(1), new VersionEdit().Erase(5, 10)]).Dispose();
        string path = Path.Combine(Folder, StoreFiles.Manifest(1));
        long length = ReadLength(_files, path);
        long end = SnapshotEnd();
        SimDisk disk = _files.Recording().KillImage(_files.OperationCount);
        for (long from = LogFormat.HeaderBytes; from <= end; from += LogFormat.Alignment)
        {
            SimFileSystem damaged = new(disk, record: false);
            using (IFile file = damaged.Open(path, FileOpenMode.ReadWrite))
            {
                file.SetLength(from);
                file.SetLength(zeroed ? length : from);
            }

            if (from < end)
            {
                Assert.That(() => Manifest.Open(new StoreFolder(damaged, Folder)), Throws.TypeOf<CorruptionException>(), $"from {from}");
                continue;
            }

            using Manifest whole = Manifest.Open(new StoreFolder(damaged, Folder));
            Assert.That(whole.State.Describe(), Does.StartWith("tables=1 ").And.Contain("erased=5@10"));
        }
    }

    [Test]
    public void Publish_KnownSnapshot_GivesTheGoldenLine()
    {
        CurrentFile.Publish(new StoreFolder(_files, Folder), 1, 4352);
        using IFile file = _files.Open(Path.Combine(Folder, "CURRENT"), FileOpenMode.Read);
        byte[] line = new byte[file.Length];
        file.Read(0, line);
        Assert.That(System.Text.Encoding.ASCII.GetString(line), Is.EqualTo("MANIFEST-000001 4352 1640138a\n"));
        Assert.That(CurrentFile.Read(new StoreFolder(_files, Folder)), Is.EqualTo((1UL, 4352L)));
    }

    [Test]
    public void Create_BesideTablesWithoutCurrent_IsRefused()
    {
        _files.Open(Folder + "/000001.tbl", FileOpenMode.CreateNew).Dispose();

        Assert.That(
            () => Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit()),
            Throws.TypeOf<CorruptionException>().With.Message.Contains("000001.tbl"));
    }

    [Test]
    public void Open_ManifestMissing_IsCorruptionThatNamesIt()
    {
        Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit()).Dispose();
        _files.Delete(Folder + "/" + StoreFiles.Manifest(1));

        Assert.That(
            () => Manifest.Open(new StoreFolder(_files, Folder)),
            Throws.TypeOf<CorruptionException>().With.Message.Contains(StoreFiles.Manifest(1)));
    }

    [Test]
    public void Open_CurrentWithAFlippedDigit_IsCorruptionEvenWhenThatManifestExists()
    {
        Manifest.Create(new StoreFolder(_files, Folder), Edits.Add(1)).Dispose();
        byte[] stale = new byte[ReadLength(_files, Folder + "/" + StoreFiles.Manifest(1))];
        using (IFile file = _files.Open(Folder + "/" + StoreFiles.Manifest(1), FileOpenMode.Read))
        {
            file.Read(0, stale);
        }

        Manifest.Open(new StoreFolder(_files, Folder)).Dispose();
        using (IFile file = _files.Open(Folder + "/" + StoreFiles.Manifest(1), FileOpenMode.CreateNew))
        {
            file.Write(0, stale);
        }

        using (IFile file = _files.Open(Folder + "/CURRENT", FileOpenMode.ReadWrite))
        {
            file.Write(StoreFiles.Manifest(1).Length - 1, "1"u8);
        }

        Assert.That(
            () => Manifest.Open(new StoreFolder(_files, Folder)),
            Throws.TypeOf<CorruptionException>().With.Message.Contains("CURRENT"));
    }

    private static void CheckCrash(SimDisk disk, List<(int Operation, string State)> acked, int count, string crash)
    {
        var files = new SimFileSystem(disk, record: false);
        string? last = acked.FindLast(a => a.Operation <= count).State;
        string? next = acked.Find(a => a.Operation > count).State;
        if (!Manifest.Exists(new StoreFolder(files, Folder)))
        {
            Assert.That(last, Is.Null, $"The store vanished after {crash}.");
            return;
        }

        using Manifest reopened = Manifest.Open(new StoreFolder(files, Folder));
        Assert.That(reopened.State.Describe(), Is.AnyOf(last, next), $"After {crash}.");
    }

    private static void FlipEveryBit(SimDisk disk, string path, string expected)
    {
        long length = ReadLength(new SimFileSystem(disk, record: false), path);
        for (long bit = 0; bit < length * 8; bit++)
        {
            var files = new SimFileSystem(disk, record: false);
            using (IFile file = files.Open(path, FileOpenMode.ReadWrite))
            {
                byte[] one = new byte[1];
                file.Read(bit / 8, one);
                one[0] ^= (byte)(1 << (int)(bit % 8));
                file.Write(bit / 8, one);
            }

            try
            {
                using Manifest reopened = Manifest.Open(new StoreFolder(files, Folder));
                Assert.That(reopened.State.Describe(), Is.EqualTo(expected), $"Bit {bit} of {path} gave a wrong answer.");
            }
            catch (SignalsException)
            {
                // Refused, which is the other right outcome.
            }
        }
    }

    private long SnapshotEnd() => CurrentFile.Read(new StoreFolder(_files, Folder)).SnapshotEnd;

    private static long ReadLength(SimFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        return file.Length;
    }

    private List<(int Operation, string State)> RunWorkload()
    {
        var acked = new List<(int Operation, string State)>();
        using (Manifest manifest = Manifest.Create(new StoreFolder(_files, Folder), new VersionEdit { Schema = [1] }, rolloverBytes: 300))
        {
            acked.Add((_files.OperationCount, manifest.State.Describe()));
            for (ulong number = 1; number <= 12; number++)
            {
                manifest.Commit(number > 2 ? Edits.Add(number).Remove(number - 2) : Edits.Add(number).Erase(number, 3));
                acked.Add((_files.OperationCount, manifest.State.Describe()));
            }

            Assert.That(manifest.Number, Is.GreaterThan(1), "The workload rolls over.");
        }

        using Manifest reopened = Manifest.Open(new StoreFolder(_files, Folder));
        reopened.Commit(Edits.Add(100));
        acked.Add((_files.OperationCount, reopened.State.Describe()));
        return acked;
    }
}
