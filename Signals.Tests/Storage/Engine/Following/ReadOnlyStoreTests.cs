using Signals.Maintenance;
using Signals.Scanning;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>What a read-only store shows, refuses and says of itself.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReadOnlyStoreTests
{
    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + (100 * 3_600_000L));

    [Test]
    public void Open_NoStore_IsNotFoundAndMakesNone()
    {
        Assert.That(Look, Throws.TypeOf<DirectoryNotFoundException>());
        Assert.That(_files.DirectoryExists(TestStores.Folder), Is.False);
        string nowhere = Path.Combine(Path.GetTempPath(), "signals-nowhere-" + Guid.NewGuid().ToString("N"));
        Assert.That(() => SignalStore.OpenReadOnly(nowhere), Throws.TypeOf<DirectoryNotFoundException>());
        Assert.That(Directory.Exists(nowhere), Is.False);
    }

    [Test]
    public void EverythingThatReads_BesideAWriter_ChangesNothingOnTheDisk()
    {
        using SignalStore writer = Filled();
        int before = _files.OperationCount;
        using (ReadOnlyStore reader = Look())
        {
            reader.Refresh();
            Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 5, 2, 1 }));
            using (EventScan scan = reader.Scan("view"))
            {
                Assert.That(scan.TryNext(out ScanBatch batch) ? batch.Count : 0, Is.EqualTo(3));
            }

            Assert.That(reader.MeasureLag().BytesBehind, Is.Zero);
            Assert.That(reader.VerifyAsync().GetAwaiter().GetResult().Problems, Is.Empty);
            Assert.That(reader.GetUsers("view"), Is.EqualTo(new[] { UserId.From(1UL) }));
            Assert.That(reader.GetWatermark("view"), Is.EqualTo(writer.GetWatermark("view")));
            Assert.That(reader.GetTables(), Is.EqualTo(writer.GetTables()));
        }

        Assert.That(_files.OperationCount, Is.EqualTo(before));
        ImportStore.Append(writer, 1, 7);
        Assert.That(ImportStore.Hours(writer, 1), Is.EqualTo(new[] { 7, 5, 2, 1 }), "the writer goes on");
    }

    [Test]
    public void Refresh_AfterAnAppend_MovesPositionAndLagToZero()
    {
        using SignalStore writer = Filled();
        using ReadOnlyStore reader = Look();
        Assert.That(reader.Refresh(), Is.False, "nothing is new");
        long before = reader.Position;
        ImportStore.Append(writer, 1, 9);
        _time.NowMs += 2500;
        ReadOnlyLag lag = reader.MeasureLag();
        Assert.That((lag.Position, lag.WrittenPosition), Is.EqualTo((before, writer.CommitPosition)));
        Assert.That((lag.BytesBehind, lag.HasLog, lag.Age), Is.EqualTo((writer.CommitPosition - before, true, TimeSpan.FromSeconds(2.5))));
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 5, 2, 1 }), "only a refresh shows it");
        Assert.That(reader.Refresh(), Is.True);
        Assert.That((reader.Position, Hours(reader, 1)), Is.EqualTo((writer.CommitPosition, new[] { 9, 5, 2, 1 })));
        Assert.That(reader.MeasureLag().Age, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Refresh_WriterWithoutALog_ShowsWhatWasFlushedAndSaysSo()
    {
        using SignalStore writer = TestStores.Open(
            _files, ImportStore.Schema, _time, TestStores.Tiny with { Durability = Durability.InMemory });
        ImportStore.Append(writer, 1, 1);
        using ReadOnlyStore reader = Look();
        Assert.That(Hours(reader, 1), Is.Empty);
        Assert.That(reader.MeasureLag().HasLog, Is.False);
        writer.FlushAsync().GetAwaiter().GetResult();
        reader.Refresh();
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Refresh_WriterWithALargerSchema_IsRefusedAndReadsGoOn()
    {
        Filled().Dispose();
        using ReadOnlyStore reader = Look();
        StoreSchema larger = StoreSchema.Define(schema => schema
            .EventType("click", type => type.Field<int>("x"))
            .EventType("view", type => type.Field<int>("rank").Text("country").Field<float>("score").Field<int>("new").Window(
                TimeSpan.FromDays(1))));
        using SignalStore writer = TestStores.Open(_files, larger, _time);
        ImportStore.Append(writer, 1, 9);
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SchemaMismatchException>());
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 5, 2, 1 }));
        using ReadOnlyStore again = Look();
        Assert.That(Hours(again, 1), Is.EqualTo(new[] { 9, 5, 2, 1 }));
    }

    [Test]
    public void Refresh_AnotherStoreInTheFolder_IsRefused()
    {
        Filled().Dispose();
        using ReadOnlyStore reader = Look();
        foreach (string name in _files.ListFiles(TestStores.Folder))
        {
            _files.Delete(Path.Combine(TestStores.Folder, name));
        }

        using SignalStore other = TestStores.Open(_files, ImportStore.Schema, _time);
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SignalsException>().With.Message.Contains("another store"));
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 5, 2, 1 }), "open files stay readable");
    }

    [Test]
    public void Open_AFileIsMissing_IsDamageThatNamesIt(
        [Values(StoreFileKind.Table, StoreFileKind.Log, StoreFileKind.Manifest)] StoreFileKind kind)
    {
        Filled().Dispose();
        string name = _files.ListFiles(TestStores.Folder).First(name => StoreFiles.Classify(name, out _) == kind);
        _files.Delete(Path.Combine(TestStores.Folder, name));
        CorruptionException damage = Assert.Throws<CorruptionException>(() => Look().Dispose())!;
        Assert.That(damage.Message, Does.Contain(name));
    }

    [Test]
    public void Open_TornEntryAtTheEnd_ShowsWhatIsBeforeIt()
    {
        SignalStore writer = Filled();
        string log = NewestLog();
        long end = writer.Engine.GetCounters().LogBytes;
        ImportStore.Append(writer, 1, 9);
        long last = EndOf(log);
        writer.Engine.Close(abandon: true);
        Assert.That(end, Is.Positive);
        Flip(log, last - 3);
        using ReadOnlyStore reader = Look();
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 5, 2, 1 }));
        using SignalStore recovered = TestStores.Open(_files, ImportStore.Schema, _time);
        Assert.That(ImportStore.Hours(recovered, 1), Is.EqualTo(new[] { 5, 2, 1 }), "as the next opening does");
        reader.Refresh();
        ImportStore.Append(recovered, 1, 11);
        reader.Refresh();
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 11, 5, 2, 1 }), "and goes on behind the repair");
    }

    [Test]
    public void Open_DamagedEntryBeforeOneThatPromisesIt_IsRefused()
    {
        SignalStore writer = TestStores.Open(
            _files, ImportStore.Schema, _time, TestStores.Tiny with { Durability = Durability.Synced });
        ImportStore.Append(writer, 1, 1);
        string log = NewestLog();
        long damaged = EndOf(log) - 3;
        ImportStore.Append(writer, 1, 2);
        ImportStore.Append(writer, 1, 3);
        writer.Engine.Close(abandon: true);
        Flip(log, damaged);
        CorruptionException error = Assert.Throws<CorruptionException>(() => Look().Dispose())!;
        Assert.That(error.File, Is.EqualTo(log));
    }

    [Test]
    public void Scan_AfterEachOfManyRefreshes_LeavesFewMemtables()
    {
        using SignalStore writer = TestStores.Open(_files, ImportStore.Schema, _time);
        using ReadOnlyStore reader = Look();
        int most = 0;
        for (int hour = 1; hour <= 60; hour++)
        {
            ImportStore.Append(writer, 1, hour);
            reader.Refresh();
            using EventScan scan = reader.Scan("view");
            Assert.That(scan.TryNext(out ScanBatch batch) ? batch.Count : 0, Is.EqualTo(hour));
            most = Math.Max(most, reader.MemTables);
        }

        Assert.That(most, Is.InRange(2, 18));
        Assert.That(Hours(reader, 1), Has.Length.EqualTo(60));
    }

    [Test]
    public void Scan_OpenWhileTheWriterReplacesItsTables_ShowsItsState()
    {
        using SignalStore writer = Filled();
        using ReadOnlyStore reader = Look();
        using EventScan scan = reader.Scan("view");
        for (int i = 0; i < 4; i++)
        {
            ImportStore.Append(writer, 1, 20 + i);
            writer.CompactAsync().GetAwaiter().GetResult();
            reader.Refresh();
        }

        Assert.That(scan.TryNext(out ScanBatch batch) ? batch.Count : 0, Is.EqualTo(3));
        Assert.That(Hours(reader, 1), Has.Length.EqualTo(7));
    }

    [Test]
    public void Dispose_Twice_EndsReadsScansAndRefreshes()
    {
        using SignalStore writer = Filled();
        ReadOnlyStore reader = Look();
        EventScan scan = reader.Scan("view");
        reader.Dispose();
        reader.Dispose();
        Assert.That(() => reader.Refresh(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => Hours(reader, 1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => reader.Scan("view"), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => reader.GetStats(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => scan.TryNext(out _), Throws.TypeOf<ObjectDisposedException>());
        scan.Dispose();
    }

    [Test]
    public void RefreshInterval_Elapses_RefreshesAndKeepsAnErrorUntilTheNextSuccess()
    {
        using SignalStore writer = Filled();
        TimerTime time = new();
        using ReadOnlyStore reader = ReadOnlyStore.Open(
            _files, TestStores.Folder, TestStores.Tiny,
            new ReadOnlyOptions { TimeProvider = time, RefreshInterval = TimeSpan.FromSeconds(1) });
        Assert.That(time.Period, Is.EqualTo(TimeSpan.FromSeconds(1)));
        ImportStore.Append(writer, 1, 9);
        time.Fire();
        Assert.That((Hours(reader, 1), reader.RefreshError), Is.EqualTo((new[] { 9, 5, 2, 1 }, (Exception?)null)));
        _files.RefusesReadsOf = static path => path.EndsWith("CURRENT", StringComparison.Ordinal);
        time.Fire();
        Assert.That(reader.RefreshError, Is.TypeOf<FileOperationException>());
        _files.RefusesReadsOf = null;
        time.Fire();
        Assert.That(reader.RefreshError, Is.Null);
        reader.Dispose();
        Assert.That(time.IsStopped, Is.True);
    }

    [Test]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.That(
            () => new ReadOnlyOptions { RefreshInterval = TimeSpan.FromMilliseconds(1) }.Validate(),
            Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReadOnlyOptions { MemTableBytes = 1 }.Validate(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new ReadOnlyOptions { BlockCacheBytes = -1 }.Validate(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(new ReadOnlyOptions().Validate().HeadCacheBytes, Is.Zero);
    }

    [Test]
    public void Verify_ADamagedBlock_IsReportedAndReadsGoOn()
    {
        using SignalStore writer = Filled();
        string table = Path.Combine(
            TestStores.Folder, _files.ListFiles(TestStores.Folder).First(name => StoreFiles.Classify(name, out _) == StoreFileKind.Table));
        using ReadOnlyStore reader = Look();
        Flip(table, 4200);
        VerifyReport report = reader.VerifyAsync().GetAwaiter().GetResult();
        Assert.That(report.Problems.Select(problem => problem.File), Is.EqualTo(new[] { table }));
        Assert.That(writer.FirstError, Is.Null);
    }

    [Test]
    public void Checkpoint_OfAStoreThatAnotherHolds_OpensWithItsState()
    {
        using SignalStore writer = Filled();
        using ReadOnlyStore reader = Look();
        ImportStore.Append(writer, 1, 9);
        CheckpointInfo info = reader.CheckpointAsync("/copies/one").GetAwaiter().GetResult();
        ImportStore.Append(writer, 1, 10);
        using (SignalStore copy = SignalStore.Open(_files, info.Directory, ImportStore.Schema, TestStores.Tiny, _time))
        {
            Assert.That(ImportStore.Hours(copy, 1), Is.EqualTo(new[] { 9, 5, 2, 1 }), "also what was not refreshed yet");
            ImportStore.Append(copy, 1, 30);
        }

        reader.Refresh();
        Assert.That(Hours(reader, 1), Is.EqualTo(new[] { 10, 9, 5, 2, 1 }), "the copy's own events stay there");
        Assert.That(
            () => reader.CheckpointAsync(TestStores.Folder + "/inside").GetAwaiter().GetResult(), Throws.TypeOf<FileOperationException>());
    }

    [Test]
    public void Sources_OfManifestAndLog_AreThoseOfTheWriter()
    {
        using SignalStore writer = TestStores.Open(_files, ImportStore.Schema, _time);
        using ReadOnlyStore reader = Look();
        foreach (long position in new[] { 10L, 20, 30 })
        {
            EventGroup group = writer.CreateGroup("feed");
            group.Position = position;
            writer.AppendGroup(group);
            writer.Engine.RunPending();
            reader.Refresh();
            Assert.That(reader.GetResumePositions().Single().Position, Is.EqualTo(position));
            writer.FlushAsync().GetAwaiter().GetResult();
        }
    }

    private ReadOnlyStore Look() =>
        ReadOnlyStore.Open(_files, TestStores.Folder, TestStores.Tiny, new ReadOnlyOptions { TimeProvider = _time });

    // Two events in a table, one in the log.
    private SignalStore Filled()
    {
        SignalStore store = TestStores.Open(_files, ImportStore.Schema, _time);
        ImportStore.Append(store, 1, 1, 2);
        store.FlushAsync().GetAwaiter().GetResult();
        ImportStore.Append(store, 1, 5);
        return store;
    }

    private static int[] Hours(ReadOnlyStore store, ulong user)
    {
        using Sequence sequence = store.Read(UserId.From(user), store.Query("view").Columns("score").Build());
        return [.. sequence.Times.ToArray().Select(time => (int)((time - TestStores.Start) / 3_600_000))];
    }

    private string NewestLog() => Path.Combine(
        TestStores.Folder,
        _files.ListFiles(TestStores.Folder).Where(name => StoreFiles.Classify(name, out _) == StoreFileKind.Log)
            .Where(name => !LogReader.IsEmpty(_files, Path.Combine(TestStores.Folder, name), NumberOf(name))).Max()!);

    private static ulong NumberOf(string name) => StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log ? number : 0;

    private long EndOf(string log) =>
        LogReader.Replay(_files, log, NumberOf(Path.GetFileName(log)), 0, isLast: true, static (_, _) => { }).EndOffset;

    private void Flip(string path, long offset)
    {
        using IFile file = _files.Open(path, FileOpenMode.ReadWrite);
        byte[] one = new byte[1];
        file.Read(offset, one);
        one[0] ^= 4;
        file.Write(offset, one);
    }
}
