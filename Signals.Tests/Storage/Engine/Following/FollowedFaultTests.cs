using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Following;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>What a read-only store does when a look fails, a file is damaged, or the folder holds another history.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FollowedFaultTests
{
    private static readonly StoreSchema Larger = StoreSchema.Define(schema => schema
        .EventType("click", type => type.Field<int>("x"))
        .EventType("view", type => type.Field<int>("rank").Text("country").Field<float>("score").Field<int>("new").Window(
            TimeSpan.FromDays(1))));

    private readonly ManualTime _time = new(TestStores.Start + (100 * 3_600_000L));
    private SimFileSystem _disk = ImportStore.NewFiles(record: false);
    private MeddlingFiles _files = null!;
    private int _looks;

    [SetUp]
    public void SetUp() => _files = new MeddlingFiles(_disk);

    [Test]
    public void Refresh_AnyOneLookFails_ShowsOneStateWholeOrNone()
    {
        int unusable = 0;
        EachLook(at =>
        {
            using SignalStore writer = Filled();
            using ReadOnlyStore reader = Look();
            ImportStore.Append(writer, 1, 7);
            writer.FlushAsync().GetAwaiter().GetResult();
            ImportStore.Append(writer, 1, 9);
            MeddleAt(at, static () => throw new FileOperationException("read", TestStores.Folder, "the disk is tired"));
            bool isDone = TryRefresh(reader);
            _files.Meddle = null;
            int[]? shown = HoursOrNone(reader);
            if (isDone)
            {
                Assert.That(shown, Is.EqualTo(new[] { 9, 7, 5, 2, 1 }), $"look {at}");
                Assert.That(reader.Refresh(), Is.False, $"look {at}");
            }
            else
            {
                Assert.That(shown, Is.Null.Or.EqualTo(new[] { 5, 2, 1 }), $"look {at}");
                unusable += shown is null ? 1 : 0;
            }
        });
        Assert.That(unusable, Is.Positive, "no look failed while a refresh was shown");
    }

    [Test]
    public void Refresh_BatchThatMayNotFitAMemtable_IsRefusedBeforeAnythingIsShown()
    {
        using SignalStore writer = Filled(TestStores.Tiny with
        {
            MaxBatchBytes = 32 << 10,
            RingBytes = 256 << 10,
            MemTableBytes = 256 << 10,
            LogBytes = 256 << 10,
        });
        using ReadOnlyStore reader = Look();
        AppendText(writer, 7, 17 << 10);
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SignalsException>().With.Message.Contains("MemTableBytes"));
        Assert.That(Hours(reader), Is.EqualTo(new[] { 5, 2, 1 }), "what was shown stays");
    }

    [Test]
    public void Refresh_CheckpointRestoredOverTheFolder_IsRefused([Values(0, 1, 2)] int appended)
    {
        using ReadOnlyStore reader = RestoredBehind(appends: 1);
        using SignalStore restored = TestStores.Open(_disk, ImportStore.Schema, _time);
        for (int i = 0; i < appended; i++)
        {
            ImportStore.Append(restored, 1, 50 + i);
        }

        Assert.That(() => reader.Refresh(), Throws.InstanceOf<SignalsException>().With.Message.Contains("another store"));
        Assert.That(() => reader.MeasureLag(), Throws.InstanceOf<SignalsException>().With.Message.Contains("another store"));
        Assert.That(Hours(reader), Is.EqualTo(new[] { 20, 5, 2, 1 }), "what was shown stays");
    }

    [Test]
    public void Refresh_ManifestWithALowerNumber_IsRefused()
    {
        using ReadOnlyStore reader = RestoredBehind(appends: 0);
        Assert.That(() => reader.Refresh(), Throws.TypeOf<SignalsException>().With.Message.Contains("its manifest"));
    }

    [Test]
    public void Refresh_EntryDamagedAfterTheOpening_IsDamageAtTheNextRefresh()
    {
        using SignalStore writer = Filled(TestStores.Tiny with { Durability = Durability.Synced });
        using ReadOnlyStore reader = Look();
        string log = NewestLog();
        ImportStore.Append(writer, 1, 7);
        long damaged = EndOf(log) - 3;
        ImportStore.Append(writer, 1, 8);
        ImportStore.Append(writer, 1, 9);
        Flip(log, damaged);
        Assert.That(() => reader.MeasureLag(), Throws.TypeOf<CorruptionException>());
        CorruptionException error = Assert.Throws<CorruptionException>(() => reader.Refresh())!;
        Assert.That((error.File, Hours(reader)), Is.EqualTo((log, new[] { 5, 2, 1 })));
    }

    [Test]
    public void Refresh_ManyBytesOfTheLogAreZeroAndTheTablesKnowMore_IsDamage()
    {
        using SignalStore writer = Filled(TestStores.Tiny with { Durability = Durability.Synced, LogBytes = 1 << 20 });
        using ReadOnlyStore reader = Look();
        string log = NewestLog();
        long begin = EndOf(log);
        AppendText(writer, 7, 6000);
        long end = EndOf(log);
        ImportStore.Append(writer, 1, 8);
        ImportStore.Append(writer, 1, 9);
        Overwrite(log, begin, new byte[end - begin]);
        Assert.That(reader.Refresh(), Is.False, "so far it looks like the end");
        int tables = writer.GetStats().Tables;
        for (int hour = 10; writer.GetStats().Tables == tables; hour++)
        {
            AppendText(writer, hour, 6000);
        }

        Assert.That(_disk.FileExists(log), Is.True, "a record that is in no table yet is in the log");
        Assert.That(() => reader.Refresh(), Throws.TypeOf<CorruptionException>());
    }

    [Test]
    public void Refresh_RowsThatNeedManyMemtables_AreAppliedOnce()
    {
        using SignalStore writer = TestStores.Open(
            _disk, ImportStore.Schema, _time, TestStores.Tiny with { MemTableBytes = 4 << 20, LogBytes = 1 << 20 });
        using ReadOnlyStore reader = Look();
        for (int i = 0; i < 60; i++)
        {
            AppendText(writer, i, 7000);
        }

        Assert.That(reader.Refresh(), Is.True);
        Assert.That(reader.MemTables, Is.GreaterThan(20));
        Assert.That(reader.Refresh(), Is.False, "nothing is new");
        Assert.That(Hours(reader), Has.Length.EqualTo(60));
    }

    [Test]
    public void Refresh_ListThatMissesALog_LeavesNoHole()
    {
        using SignalStore writer = TestStores.Open(
            _disk, ImportStore.Schema, _time, TestStores.Tiny with { MemTableBytes = 4 << 20 });
        using ReadOnlyStore reader = Look();
        ImportStore.Append(writer, 1, 1);
        reader.Refresh();
        ulong first = Number(NewestLog());
        int hour = 1;
        for (; Number(NewestLog()) == first; hour++)
        {
            AppendText(writer, hour + 1, 7000);
        }

        ulong missed = Number(NewestLog());
        string empty = Path.Combine(TestStores.Folder, StoreFiles.Log(missed + 1));
        if (!_disk.FileExists(empty))
        {
            LogWriter.Prepare(_disk, empty, missed + 1, LogFormat.EmptyBytes);
        }

        _files.Hides = name => name == StoreFiles.Log(missed);
        reader.Refresh();
        _files.Hides = null;
        if (!LogReader.IsEmpty(_disk, empty, missed + 1))
        {
            Assert.Fail("the log after the missed one has entries already");
        }

        for (; Number(NewestLog()) == missed; hour++)
        {
            AppendText(writer, hour + 1, 7000);
        }

        reader.Refresh();
        Assert.That(Hours(reader), Has.Length.EqualTo(hour));
    }

    [Test]
    public void Verify_DamagedLogWhileTheWriterDeletesTables_NamesOnlyTheLog()
    {
        EachLook(at =>
        {
            using SignalStore writer = Filled(TestStores.Tiny with { Durability = Durability.Synced });
            ImportStore.Append(writer, 1, 7);
            writer.FlushAsync().GetAwaiter().GetResult();
            ImportStore.Append(writer, 1, 8);
            string log = NewestLog();
            long damaged = EndOf(log) - 3;
            ImportStore.Append(writer, 1, 9);
            ImportStore.Append(writer, 1, 10);
            Flip(log, damaged);
            MeddleAt(at, () => writer.CompactAsync().GetAwaiter().GetResult());
            VerifyReport report = FollowedVerification.Run(new StoreFolder(_files, TestStores.Folder), null, CancellationToken.None);
            _files.Meddle = null;
            Assert.That(report.Problems.Select(problem => problem.File).Where(file => file != log), Is.Empty, $"look {at}");
        });
    }

    [Test]
    public void Open_WriterTakesALargerSchemaMeanwhile_BeginsAgain()
    {
        EachLook(at =>
        {
            SignalStore writer = Filled();
            MeddleAt(at, () =>
            {
                writer.Dispose();
                writer = TestStores.Open(_disk, Larger, _time);
                ImportStore.Append(writer, 1, 9);
            });
            using (ReadOnlyStore reader = Look())
            {
                _files.Meddle = null;
                Assert.That(Hours(reader), Does.Contain(5), $"look {at}");
            }

            writer.Dispose();
        });
    }

    private void EachLook(Action<int> history)
    {
        int at = 0;
        do
        {
            _disk = ImportStore.NewFiles(record: false);
            _files = new MeddlingFiles(_disk);
            _looks = 0;
            history(at);
            at++;
        }
        while (_looks >= at);
        Assert.That(at, Is.GreaterThan(10), "the histories have too few looks");
    }

    private void MeddleAt(int look, Action meddle)
    {
        bool isBusy = false;
        _looks = 0;
        _files.Meddle = () =>
        {
            if (!isBusy && _looks++ == look)
            {
                isBusy = true;
                meddle();
                isBusy = false;
            }
        };
    }

    // A reader that shows the appends, and a folder that was put back to the state before them.
    private ReadOnlyStore RestoredBehind(int appends)
    {
        SignalStore writer = Filled();
        string copy = writer.CheckpointAsync("/copies/one").GetAwaiter().GetResult().Directory;
        for (int i = 0; i < appends; i++)
        {
            ImportStore.Append(writer, 1, 20 + i);
        }

        if (appends == 0)
        {
            writer.Dispose();
            writer = TestStores.Open(_disk, ImportStore.Schema, _time);
        }

        ReadOnlyStore reader = Look();
        writer.Engine.Close(abandon: true);
        foreach (string name in _disk.ListFiles(TestStores.Folder))
        {
            _disk.Delete(Path.Combine(TestStores.Folder, name));
        }

        foreach (string name in _disk.ListFiles(copy))
        {
            _disk.Rename(Path.Combine(copy, name), Path.Combine(TestStores.Folder, name));
        }

        return reader;
    }

    private ReadOnlyStore Look() =>
        ReadOnlyStore.Open(_files, TestStores.Folder, TestStores.Tiny, new ReadOnlyOptions { TimeProvider = _time });

    // Two events in a table, one in the log.
    private SignalStore Filled(EngineOptions? options = null)
    {
        SignalStore store = TestStores.Open(_disk, ImportStore.Schema, _time, options);
        ImportStore.Append(store, 1, 1, 2);
        store.FlushAsync().GetAwaiter().GetResult();
        ImportStore.Append(store, 1, 5);
        return store;
    }

    private static void AppendText(SignalStore store, int hour, int bytes)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1UL), ImportStore.TimeOf(hour), 1).Set("country", new string('x', bytes));
        store.Append(batch);
        store.Engine.RunPending();
    }

    private static bool TryRefresh(ReadOnlyStore reader)
    {
        try
        {
            reader.Refresh();
            return true;
        }
        catch (SignalsException)
        {
            return false;
        }
    }

    private static int[]? HoursOrNone(ReadOnlyStore reader)
    {
        try
        {
            return Hours(reader);
        }
        catch (SignalsException)
        {
            return null;
        }
    }

    private static int[] Hours(ReadOnlyStore store)
    {
        using Sequence sequence = store.Read(UserId.From(1UL), store.Query("view").Columns("score").Build());
        return [.. sequence.Times.ToArray().Select(time => (int)((time - TestStores.Start) / 3_600_000))];
    }

    private string NewestLog() => Path.Combine(
        TestStores.Folder,
        _disk.ListFiles(TestStores.Folder).Where(name => StoreFiles.Classify(name, out _) == StoreFileKind.Log)
            .Where(name => !LogReader.IsEmpty(_disk, Path.Combine(TestStores.Folder, name), Number(name))).Max()!);

    private static ulong Number(string path) =>
        StoreFiles.Classify(Path.GetFileName(path), out ulong number) == StoreFileKind.Log ? number : 0;

    private long EndOf(string log) =>
        LogReader.Replay(_disk, log, Number(log), 0, isLast: true, static (_, _) => { }).EndOffset;

    private void Flip(string path, long offset)
    {
        byte[] one = new byte[1];
        using (IFile file = _disk.Open(path, FileOpenMode.Read))
        {
            file.Read(offset, one);
        }

        one[0] ^= 4;
        Overwrite(path, offset, one);
    }

    private void Overwrite(string path, long offset, byte[] bytes)
    {
        using IFile file = _disk.Open(path, FileOpenMode.ReadWrite);
        file.Write(offset, bytes);
    }
}
