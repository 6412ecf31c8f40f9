using System.Buffers.Binary;
using Signals.Core.Ingest;
using Signals.Maintenance;
using Signals.Storage.Wal;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>A verification sees damage in each kind of file, and neither stops the store nor is stopped by it.</summary>
[Category("Fast")]
internal sealed class VerifyTests
{
    private static readonly UserId Alice = UserId.From("alice");
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("note")));

    private readonly SettableTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;
    private int _appended;

    [SetUp]
    public void SetUp() => (_files, _appended) = (new SimFileSystem(record: false), 0);

    [Test]
    public void Verify_IntactStore_LooksAtEveryFile([Values] Durability durability)
    {
        using SignalStore store = Open(durability);
        Fill(store);
        ProgressList progress = new();
        VerifyReport report = store.Verify(progress);
        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.IsIntact);
        int tables = store.GetStats().Tables;
        Assert.That(report.Files, Is.GreaterThanOrEqualTo(1 + tables));
        Assert.That(report.Bytes, Is.GreaterThanOrEqualTo(store.GetStats().TableBytes));
        Assert.That(progress.Seen, Has.Count.EqualTo(report.Files - 1));
        Assert.That(
            (progress.Seen[^1].FilesDone, progress.Seen[^1].Files, progress.Seen[^1].BytesDone),
            Is.EqualTo((report.Files, report.Files, report.Bytes)));
    }

    [TestCase("table block", ".tbl")]
    [TestCase("table end", ".tbl")]
    [TestCase("table missing", ".tbl")]
    [TestCase("sealed log", ".log")]
    [TestCase("current log", ".log")]
    [TestCase("log missing", ".log")]
    [TestCase("manifest", "MANIFEST-000001")]
    [TestCase("current", "CURRENT")]
    public void Verify_Damaged_ReportsTheFileAndPoisonsNothing(string damage, string file)
    {
        using SignalStore store = Open(Durability.Buffered);
        Fill(store);
        Damage(damage);
        VerifyReport report = store.Verify();
        Assert.That(report.Problems, Has.Count.EqualTo(1));
        Assert.That(report.Problems[0].File, Does.EndWith(file), report.Problems[0].ToString());
        Append(store, 10);
        using Sequence all = store.Read(Alice, store.Query("e").Columns().Build());
        Assert.That(all.Count, Is.EqualTo(_appended));
    }

    [Test]
    public void Verify_IntactFrameWithoutRecords_IsReported()
    {
        using SignalStore store = Open(Durability.Buffered);
        Append(store, 5);
        string log = LogPaths()[0];
        DamagedStore.Change(_files, log, LogFormat.HeaderBytes, 2000, bytes =>
        {
            LogEntry entry = LogEntry.Read(bytes);
            bytes[LogFormat.EntryBytes + RecordFormat.KindOffset] = 77;
            entry.Write(bytes, bytes.Slice(LogFormat.EntryBytes, entry.PayloadBytes));
        });
        Assert.That(store.Verify().Problems.Single().Message, Does.Contain("no valid records"));
    }

    [Test]
    public void Verify_Cancelled_Throws()
    {
        using SignalStore store = Open(Durability.Buffered);
        Fill(store);
        Assert.That(
            () => store.Verify(cancellationToken: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(store.Verify().IsIntact);
    }

    [Test]
    public void Verify_AfterDispose_Throws()
    {
        SignalStore store = Open(Durability.Buffered);
        store.Dispose();
        Assert.That(() => store.Verify(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(store.VerifyAsync().IsFaulted);
    }

    /// <summary>An edit that a failed commit wrote may be on disk or not; neither is damage.</summary>
    [Test]
    public void Verify_AfterACommitThatFailedAtAnyOperation_FindsNothing()
    {
        int poisoned = 0;
        for (int failAt = 0; failAt < 60; failAt++)
        {
            SetUp();
            using SignalStore store = Open(Durability.Buffered);
            Fill(store);
            Append(store, 10);
            _files.FailAt(_files.OperationCount + failAt, forEver: true);
            try
            {
                store.FlushAsync().GetAwaiter().GetResult();
            }
            catch (SignalsException)
            {
                poisoned += store.FirstError is null ? 0 : 1;
            }

            _files.FailAt(int.MaxValue);
            Assert.That(store.Verify().Problems, Is.Empty, $"operation {failAt}");
            store.Engine.Close(abandon: true);
        }

        Assert.That(poisoned, Is.GreaterThan(3));
    }

    [Test]
    public void Verify_PoisonedStore_StillReads()
    {
        using SignalStore store = Open(Durability.Synced);
        Fill(store);
        _files.FailAt(_files.OperationCount);
        Assert.That(() => Append(store, 1), Throws.InstanceOf<FileOperationException>());
        _files.FailAt(int.MaxValue);
        Assert.That(store.Verify().Problems, Is.Empty);
    }

    private void Damage(string damage)
    {
        string table = _files.ListFiles(TestStores.Folder).Where(name => name.EndsWith(".tbl", StringComparison.Ordinal))
            .Select(PathOf).First();
        string[] logs = LogPaths();
        switch (damage)
        {
            case "table block": Flip(table, 200); break;
            case "table end": Flip(table, LengthOf(table) - 2); break;
            case "table missing": _files.Delete(table); break;
            case "sealed log": Flip(logs[0], LogFormat.HeaderBytes + 90); break;
            case "current log": Flip(logs.Last(log => IsUsed(log)), LogFormat.HeaderBytes + 90); break;
            case "log missing": _files.Delete(logs[0]); break;
            case "manifest": Flip(PathOf("MANIFEST-000001"), LogFormat.HeaderBytes + 60); break;
            default: Flip(PathOf("CURRENT"), 12); break;
        }
    }

    private void Flip(string path, long offset) => DamagedStore.Change(_files, path, offset, 1, bytes => bytes[0] ^= 4);

    private bool IsUsed(string log)
    {
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(Bytes(log, 16, 8));
        return !LogReader.IsEmpty(_files, log, number);
    }

    private byte[] Bytes(string path, long offset, int count)
    {
        byte[] bytes = new byte[count];
        DamagedStore.Change(_files, path, offset, count, read => read.CopyTo(bytes));
        return bytes;
    }

    private long LengthOf(string path)
    {
        using Signals.Storage.FileSystem.IFile file = _files.Open(path, Signals.Storage.FileSystem.FileOpenMode.Read);
        return file.Length;
    }

    private string[] LogPaths() =>
        [.. _files.ListFiles(TestStores.Folder).Where(name => name.EndsWith(".log", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(PathOf)];

    private static string PathOf(string name) => Path.Combine(TestStores.Folder, name);

    /// <summary>Two tables, several sealed logs, and frames in the current one.</summary>
    private void Fill(SignalStore store)
    {
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

    private SignalStore Open(Durability durability) =>
        TestStores.Open(
            _files, Schema, _time,
            TestStores.Tiny with { Durability = durability, MemTableBytes = 1 << 20, BlockCacheBytes = 1 << 20 });

    private sealed class ProgressList : IProgress<VerifyProgress>
    {
        public List<VerifyProgress> Seen { get; } = [];

        public void Report(VerifyProgress value) => Seen.Add(value);
    }
}
