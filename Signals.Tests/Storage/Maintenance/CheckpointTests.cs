using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>A checkpoint is complete when its name appears, holds what was acknowledged, and leaves the store alone.</summary>
internal sealed class CheckpointTests
{
    private const string Target = "/copies/first";

    private static readonly UserId Alice = UserId.From("alice");
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("note")));

    private readonly SettableTime _time = new(TestStores.Start);
    private int _appended;

    [SetUp]
    public void SetUp() => _appended = 0;

    [Test]
    public void Checkpoint_TablesAndLogs_HoldsEverythingAcknowledged([Values] Durability durability, [Values] bool canLink)
    {
        SimFileSystem files = new() { CanLink = canLink };
        using SignalStore store = Open(files, durability);
        Fill(store);
        CheckpointInfo info = Checkpoint(store);
        Assert.That(info.Files, Is.GreaterThan(2));
        Assert.That(info.SharedBytes, canLink ? Is.GreaterThan(0) : Is.Zero);
        int before = _appended;
        Append(store, 40);
        store.FlushAsync().GetAwaiter().GetResult();
        store.CompactAsync().GetAwaiter().GetResult();
        Assert.That(Count(store), Is.EqualTo(_appended));
        using SignalStore copy = Open(files, durability, Target);
        Assert.That(Count(copy), Is.EqualTo(before));
        Append(copy, 7);
        Assert.That(Count(copy), Is.EqualTo(before + 7));
    }

    /// <summary>Names have six digits or more: the order of texts is not that of the numbers.</summary>
    [TestCase(999_998UL)]
    [TestCase(999_999UL)]
    [TestCase(9_999_999UL)]
    public void Write_LogsAroundAPowerOfTen_SharesAllButTheLastByNumber(ulong first)
    {
        SimFileSystem files = new() { CanLink = true };
        files.CreateDirectory(TestStores.Folder);
        string[] logs = [StoreFiles.Log(first + 1), StoreFiles.Log(first)];
        LogWriter.Prepare(files, Path.Combine(TestStores.Folder, logs[1]), first, LogFormat.EmptyBytes);
        LogWriter.Prepare(files, Path.Combine(TestStores.Folder, logs[0]), first + 1, 2 * LogFormat.EmptyBytes);
        VersionEdit state = new() { FirstLiveLog = first, NextFileNumber = first + 3 };
        CheckpointInfo info = new CheckpointWriter(new StoreFolder(files, TestStores.Folder), Target).Write(
            new CheckpointContent([state], logs, first, Log: 0, LogEnd: 0), default);
        Assert.That(
            (info.Files, info.Bytes, info.SharedBytes),
            Is.EqualTo((Files: 2, Bytes: 2L * LogFormat.EmptyBytes, SharedBytes: (long)LogFormat.EmptyBytes)));
    }

    [Test]
    public void Checkpoint_CrashAtEachOperation_LeavesTheStoreAndAllOrNothingOfTheCopy([Values] bool canLink, [Values] bool reopened)
    {
        SimFileSystem files = new() { CanLink = canLink };
        SignalStore store = Open(files, Durability.Synced);
        Fill(store);
        if (reopened)
        {
            // Nothing is written to the new log yet: the copy's last name is that of a file which was copied as a whole.
            store.Dispose();
            store = Open(files, Durability.Synced);
        }

        int first = files.OperationCount;
        Checkpoint(store);
        int done = files.OperationCount;
        store.Engine.Close(abandon: true);
        SimRecording run = files.Recording();
        int complete = 0;
        for (int cut = first; cut <= done; cut++)
        {
            for (ulong seed = 0; seed < 6; seed++)
            {
                SimFileSystem left = new(run.CrashImage(cut, seed), record: false);
                string when = $"operation {cut} of {first} to {done}, survivors {seed}";
                using SignalStore again = Open(left, Durability.Synced);
                Assert.That(Count(again), Is.EqualTo(_appended), when);
                if (left.DirectoryExists(Target))
                {
                    complete++;
                    using SignalStore copy = Open(left, Durability.Synced, Target);
                    Assert.That(Count(copy), Is.EqualTo(_appended), when);
                }
                else
                {
                    Assert.That(cut, Is.LessThan(done), when);
                    Assert.That(() => Checkpoint(again), Throws.Nothing, when);
                }
            }
        }

        Assert.That(complete, Is.GreaterThan(6));
    }

    [Test]
    public void Checkpoint_EachOperationFails_FailsForItselfAlone()
    {
        SimFileSystem files = new();
        using SignalStore store = Open(files, Durability.Buffered);
        Fill(store);
        int operations = -files.OperationCount;
        Checkpoint(store, "/copies/measured");
        operations += files.OperationCount;
        for (int i = 0; i < operations; i++)
        {
            files.FailAt(files.OperationCount + i);
            Assert.That(() => Checkpoint(store), Throws.InstanceOf<FileOperationException>(), $"operation {i} of {operations}");
            files.FailAt(int.MaxValue);
            if (i < operations - 1)
            {
                Assert.That(files.DirectoryExists(Target), Is.False, $"operation {i} of {operations}");
            }

            Append(store, 1);
        }

        Assert.That(Count(store), Is.EqualTo(_appended));
    }

    [Test]
    public void Checkpoint_TargetThere_IsRefusedAndAForeignFileStays()
    {
        SimFileSystem files = new();
        using SignalStore store = Open(files, Durability.Buffered);
        Fill(store);
        Checkpoint(store);
        Assert.That(() => Checkpoint(store), Throws.InstanceOf<FileOperationException>().With.Message.Contains("exists already"));
        files.CreateDirectory("/copies/second.tmp");
        files.Open("/copies/second.tmp/diary.txt", FileOpenMode.CreateNew).Dispose();
        Assert.That(() => Checkpoint(store, "/copies/second"), Throws.Nothing, "it is written under another name first");
        Assert.That(files.FileExists("/copies/second.tmp/diary.txt"));
    }

    [Test]
    public void Checkpoint_Cancelled_LeavesNothingOfTheFolder()
    {
        SimFileSystem files = new();
        using SignalStore store = Open(files, Durability.Buffered);
        Fill(store);
        Assert.That(
            () => store.CheckpointAsync(Target, new CancellationToken(canceled: true)).GetAwaiter().GetResult(),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(files.DirectoryExists(Target) || files.DirectoryExists(Target + ".tmp"), Is.False);
    }

    /// <summary>A log is filled with zeros to its length before it is used; of these a checkpoint has none.</summary>
    [Test]
    public void Checkpoint_OfANearlyEmptyStore_HasFewBytes(
        [Values("open", "closed", "rotated", "read-only")] string state, [Values] bool canLink)
    {
        const int LogBytes = 4 << 20;
        SimFileSystem files = new(record: false) { CanLink = canLink };
        EngineOptions options = TestStores.Tiny with { LogBytes = LogBytes, MemTableBytes = 1 << 20 };
        SignalStore store = SignalStore.Open(files, TestStores.Folder, Schema, options, _time);
        Append(store, 50);
        if (state == "rotated")
        {
            // The log ends early, and stays because the flush fails.
            files.Refuses = operation => operation.Kind == SimOperationKind.Create
                && operation.Path.StartsWith(TestStores.Folder + "/", StringComparison.Ordinal) && operation.Path.Contains(".tbl");
            Assert.That(() => store.FlushAsync().GetAwaiter().GetResult(), Throws.InstanceOf<StoreWorkFailedException>());
            Append(store, 50);
            Assert.That(store.GetTables(), Is.Empty);
        }
        else if (state == "closed")
        {
            store.Dispose();
            store = SignalStore.Open(files, TestStores.Folder, Schema, options, _time);
        }

        CheckpointInfo info;
        if (state == "read-only")
        {
            using ReadOnlyStore reader = ReadOnlyStore.Open(files, TestStores.Folder, options, new ReadOnlyOptions());
            info = reader.CheckpointAsync(Target).GetAwaiter().GetResult();
        }
        else
        {
            info = Checkpoint(store);
        }

        files.Refuses = null;
        store.Dispose();
        long bytes = files.ListFiles(Target).Sum(name => LengthOf(files, Path.Combine(Target, name)));
        long had = files.ListFiles(TestStores.Folder).Max(name => LengthOf(files, Path.Combine(TestStores.Folder, name)));
        TestContext.Out.WriteLine($"{bytes} bytes, the largest file of the store has {had}");
        Assert.That(had, Is.GreaterThan(30_000), "the store's log has room");
        Assert.That(bytes, Is.LessThan(20_000));
        Assert.That(info.Bytes, Is.LessThan(bytes), "manifest and CURRENT are not counted");
        using SignalStore copy = SignalStore.Open(files, Target, Schema, options, _time);
        Assert.That(copy.Verify().Problems, Is.Empty);
        Assert.That(Count(copy), Is.EqualTo(_appended));
    }

    /// <summary>Bytes behind the seal are damage, also when the rest of a log is not copied.</summary>
    [Test]
    public void CopySealed_DamagedLog_IsRefusedByName([Values("tail", "entry", "unsealed")] string damage)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory("/logs");
        using (LogWriter log = LogWriter.Create(files, "/logs/000001.log", 1, 1, fixedSize: 64 << 10))
        {
            log.Append(new byte[100], new StreamPosition(100));
            if (damage != "unsealed")
            {
                log.Seal();
            }
        }

        if (damage != "unsealed")
        {
            using IFile file = files.Open("/logs/000001.log", FileOpenMode.ReadWrite);
            file.Write(damage == "tail" ? 60 << 10 : LogFormat.HeaderBytes + 50, [7]);
        }

        Assert.That(
            () => LogScan.CopySealed(files, "/logs/000001.log", 1, "/logs/copy"),
            Throws.InstanceOf<CorruptionException>().With.Message.Contains("000001.log"));
    }

    /// <summary>Opening writes the seal of the last log again: in the copy, not in the store.</summary>
    [Test]
    public void Checkpoint_CurrentLogEmpty_SharesNoLogThatTheCopyWritesTo()
    {
        SimFileSystem files = new();
        using (SignalStore store = Open(files, Durability.Buffered))
        {
            Append(store, 50);
        }

        using SignalStore again = Open(files, Durability.Buffered);
        Checkpoint(again);
        int operations = files.OperationCount;
        using SignalStore copy = Open(files, Durability.Buffered, Target);
        IEnumerable<string> logs = files.Recording().Operations.Skip(operations)
            .Where(o => o.Kind == SimOperationKind.Write && o.Path.Contains(".log", StringComparison.Ordinal)).Select(o => o.Path);
        int[] written = [.. files.Recording().Operations.Skip(operations).Where(o => o.Kind == SimOperationKind.Write)
            .Select(o => o.Inode).Distinct()];
        int[] own = [.. files.Recording().Operations.Take(operations)
            .Where(o => o.Kind == SimOperationKind.Write && o.Path.StartsWith(TestStores.Folder, StringComparison.Ordinal))
            .Select(o => o.Inode).Distinct()];
        Assert.That(logs, Is.Not.Empty);
        Assert.That(written.Intersect(own), Is.Empty);
        Assert.That(Count(copy), Is.EqualTo(50));
    }

    /// <summary>A compaction that replaces the tables while they are linked must not take them away.</summary>
    [Test]
    public void Pins_FilesDeletedMeanwhile_GoWithTheLastPin()
    {
        SimFileSystem files = new();
        files.CreateDirectory("/d");
        files.Open("/d/000001.tbl", FileOpenMode.CreateNew).Dispose();
        FilePins pins = new(new StoreFolder(files, "/d"), new FailStop());
        List<string> deleted = [];
        pins.Deleted += deleted.Add;
        IDisposable first = pins.Pin(["000001.tbl"]);
        IDisposable second = pins.Pin(["000001.tbl"]);
        pins.Delete("000001.tbl");
        first.Dispose();
        first.Dispose();
        pins.Delete("000001.tbl");
        Assert.That(files.FileExists("/d/000001.tbl"));
        second.Dispose();
        Assert.That(files.FileExists("/d/000001.tbl"), Is.False);
        Assert.That(() => pins.Delete("000001.tbl"), Throws.Nothing, "who listed the folder before asks once more");
        Assert.That(deleted, Is.EqualTo(new[] { "000001.tbl" }));
    }

    private static CheckpointInfo Checkpoint(SignalStore store, string target = Target) =>
        store.CheckpointAsync(target).GetAwaiter().GetResult();

    /// <summary>Several tables, several sealed logs, and frames in the current one.</summary>
    private void Fill(SignalStore store)
    {
        Append(store, 50);
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, 50);
        store.FlushAsync().GetAwaiter().GetResult();
        for (int i = 0; i < 100; i++)
        {
            Append(store, 50);
        }
    }

    private void Append(SignalStore store, int count)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < count; i++, _appended++)
        {
            batch.Add(Alice, TestStores.Start - _appended, (ulong)_appended).Set("n", _appended).Set("note", $"note {_appended}");
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static long LengthOf(SimFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        return file.Length;
    }

    private static int Count(SignalStore store)
    {
        using Sequence all = store.Read(Alice, store.Query("e").Build());
        return all.Count;
    }

    private SignalStore Open(SimFileSystem files, Durability durability, string folder = TestStores.Folder) => SignalStore.Open(
        files, folder, Schema, TestStores.Tiny with { Durability = durability, MemTableBytes = 1 << 20 }, _time);
}
