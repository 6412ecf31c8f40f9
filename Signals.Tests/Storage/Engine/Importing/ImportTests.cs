using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>What an import makes visible, what it refuses, and that it leaves nothing behind.</summary>
[Category("Fast")]
internal sealed class ImportTests
{
    private readonly ManualTime _time = new(TestStores.Start + 1000 * SegmentSample.Hour);
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp() => _files = ImportStore.NewFiles();

    [Test]
    public async Task Import_Events_AreThereAtOnceAndAfterReopen([Values] bool move, [Values] bool canLink)
    {
        _files.CanLink = canLink;
        SegmentInfo info = ImportStore.Write(_files, [(1, 5), (1, 30), (2, 6)]);
        using (SignalStore store = Open())
        {
            ImportStore.Append(store, 1, 7, 5);
            ImportResult result = await store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = move });
            Assert.That(
                (result.AlreadyImported, result.Events, result.Patches, result.FileBytes),
                Is.EqualTo((false, 3L, 0L, info.FileBytes)));
            Assert.That(
                (result.ContentId, result.EventType, result.Source, result.Generation),
                Is.EqualTo((info.ContentId, "view", "test", 1L)));
            Assert.That(result.SourceRemoved, Is.EqualTo(move));
            AssertContent(store);
            Assert.That(store.GetWatermark("view")?.ToUnixTimeMilliseconds(), Is.EqualTo(ImportStore.TimeOf(30)));
            ImportStore.AssertNothingLeft(_files, store);
        }

        Assert.That(_files.FileExists(ImportStore.Segment), Is.EqualTo(!move));
        using SignalStore again = Open();
        AssertContent(again);
        Assert.That(again.GetWatermark("view")?.ToUnixTimeMilliseconds(), Is.EqualTo(ImportStore.TimeOf(30)));
        await again.CompactAsync();
        AssertContent(again);
        ImportStore.AssertNothingLeft(_files, again);
        Assert.That(SegmentsInFolder(), Is.Zero, "a full compaction takes every part in");
        ImportStore.Append(again, 1, 31);
        await again.CompactAsync();
        Assert.That(ImportStore.Hours(again, 1), Is.EqualTo(new[] { 31, 30, 7, 5 }));
    }

    [Test]
    public async Task Import_SameContentAgain_ChangesNothing([Values] bool reopen, [Values] bool move)
    {
        ImportStore.Write(_files, [(1, 5)]);
        ImportStore.Write(_files, [(1, 5)], path: "/offline/again.seg");
        SignalStore store = Open();
        await store.ImportAsync(ImportStore.Segment);
        await store.CompactAsync();
        if (reopen)
        {
            store.Dispose();
            store = Open();
        }

        using (store)
        {
            string[] before = [.. _files.ListFiles(TestStores.Folder).Order()];
            ImportResult result = await store.ImportAsync("/offline/again.seg", new ImportOptions { Move = move });
            Assert.That(
                (result.AlreadyImported, result.Events, result.SourceRemoved),
                Is.EqualTo((AlreadyImported: true, Events: 1L, SourceRemoved: move)));
            Assert.That(_files.ListFiles(TestStores.Folder).Order(), Is.EqualTo(before));
            Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 5 }));
            ImportStore.AssertNothingLeft(_files, store);
        }
    }

    [Test]
    public async Task Import_KnownContentDamagedSince_IsRefusedAndTheFileStays([Values] bool move)
    {
        ImportStore.Write(_files, [(1, 5)]);
        ImportStore.Write(_files, [(1, 5)], path: "/offline/again.seg");
        using SignalStore store = Open();
        await store.ImportAsync(ImportStore.Segment);
        using (IFile file = _files.Open("/offline/again.seg", FileOpenMode.ReadWrite))
        {
            file.Write(300, "?"u8);
        }

        Assert.That(
            () => store.ImportAsync("/offline/again.seg", new ImportOptions { Move = move }), Throws.InstanceOf<CorruptionException>());
        Assert.That(_files.FileExists("/offline/again.seg"), Is.True);
        ImportStore.AssertNothingLeft(_files, store);
    }

    [Test]
    public async Task Import_OfAnotherDeclaration_FindsColumnsByName()
    {
        EventTypeSchema foreign = StoreSchema.Define(schema => schema.EventType("view", type => type
            .Text("unknown").Field<float>("score").Text("country").Window(TimeSpan.FromDays(1))))["view"];
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, foreign, new SegmentOptions { Generation = 1 }))
        {
            writer.Insert(UserId.From(1), ImportStore.TimeOf(5), 1).Set("score", ImportStore.Score(1, 5)).Set("country", "DE");
            writer.Finish();
        }

        using SignalStore store = Open();
        ImportStore.Append(store, 1, 7);
        await store.ImportAsync(ImportStore.Segment);
        for (int round = 0; round < 2; round++)
        {
            Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 7, 5 }));
            using Sequence sequence = store.Read(UserId.From(1), store.Query("view").Columns("country", "rank").Build());
            Assert.That(sequence.Text("country", 1), Is.EqualTo("DE"));
            Assert.That(sequence.States("rank").ToArray(), Is.All.EqualTo(ColumnState.Absent));
            await store.CompactAsync();
        }
    }

    [TestCase("view", "score", true, 1, "has column 'view.score' of type Float64; the store has it with type Float32")]
    [TestCase(
        "view", "novel", true, 1,
        "has column 'view.novel' of type Float64; the store does not have this column. It has: rank, country, score")]
    [TestCase("view", "score", false, 2, "windows of 2.00:00:00, the store into windows of 1.00:00:00")]
    [TestCase("seen", "score", false, 1, "events of type 'seen'; the store has: click, view")]
    public void Import_ForeignSchema_IsRefusedNamingBothSides(string type, string column, bool wide, int days, string message)
    {
        EventTypeSchema foreign = StoreSchema.Define(schema => schema.EventType(
            type, t => (wide ? t.Field<double>(column) : t.Field<float>(column)).Window(TimeSpan.FromDays(days))))[type];
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, foreign, new SegmentOptions { Generation = 1 }))
        {
            _ = wide ? writer.Insert(UserId.From(1), 0, 1).Set(column, 1d) : writer.Insert(UserId.From(1), 0, 1).Set(column, 1f);
            writer.Finish();
        }

        AssertRefused<SchemaMismatchException>(message);
    }

    [Test]
    public void Import_DamagedFile_IsRefused()
    {
        ImportStore.Write(_files, [(1, 5)]);
        using (IFile file = _files.Open(ImportStore.Segment, FileOpenMode.ReadWrite))
        {
            file.Write(300, "?"u8);
        }

        AssertRefused<CorruptionException>(".seg' is corrupt at offset ");
    }

    [Test]
    public void Import_EventTooFarAhead_IsRefused()
    {
        ImportStore.Write(_files, [(1, 5), (1, 1025)]);
        AssertRefused<EventRejectedException>("later than now");
    }

    [Test]
    public void Import_MissingFile_IsRefused() => AssertRefused<FileOperationException>("ENOENT");

    [Test]
    public async Task Import_FullDisk_IsRefusedAndTheStoreGoesOn()
    {
        ImportStore.Write(_files, [(1, 5)]);
        using SignalStore store = Open();
        for (int operation = 0; operation < 3; operation++)
        {
            _files.FailAt(_files.OperationCount + operation);
            Assert.That(() => store.ImportAsync(ImportStore.Segment), Throws.InstanceOf<FileOperationException>());
            ImportStore.AssertNothingLeft(_files, store);
        }

        _files.FailAt(int.MaxValue);
        ImportStore.Append(store, 1, 7);
        await store.ImportAsync(ImportStore.Segment);
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 7, 5 }));
    }

    [Test]
    public async Task Import_CancelledAtAnyStep_LeavesNothing([Values] bool move)
    {
        ImportStore.Write(_files, [(1, 5), (2, 40)]);
        using SignalStore store = Open();
        int steps = 0;
        for (bool cancelled = true; cancelled; steps++)
        {
            using CancellationTokenSource cancellation = new();
            CancelAt progress = new(steps, cancellation);
            try
            {
                await store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = move, Progress = progress }, cancellation.Token);
                cancelled = false;
            }
            catch (OperationCanceledException)
            {
                Assert.That(ImportStore.Hours(store, 1), Is.Empty);
                Assert.That(_files.FileExists(ImportStore.Segment), "the file stays");
            }

            ImportStore.AssertNothingLeft(_files, store);
        }

        Assert.That(steps, Is.GreaterThanOrEqualTo(3), "it was cancelled while copying and before publishing");
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public async Task Import_OfAnErasedUser_StaysHidden()
    {
        ImportStore.Write(_files, [(1, 5), (1, 1010), (2, 5)]);
        _time.NowMs = ImportStore.TimeOf(1000);
        using SignalStore store = Open();
        ImportStore.Append(store, 1, 5);
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(1));
        store.Engine.RunPending();
        await erased;
        await store.ImportAsync(ImportStore.Segment);
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 1010 }), "only what is newer than the erasure");
        await store.CompactAsync();
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 1010 }));
        Assert.That(ImportStore.Hours(store, 2), Is.EqualTo(new[] { 5 }));
        Assert.That(store.GetStats().TableRows, Is.EqualTo(2));
    }

    [Test]
    public async Task Compact_AfterErasingAUserOfOneWindowOfASegment_LeavesNoByteOfTheSegment()
    {
        ImportStore.Write(_files, [(1, 5), (2, 1010)]);
        _time.NowMs = ImportStore.TimeOf(1020);
        using SignalStore store = Open();
        await store.ImportAsync(ImportStore.Segment);
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(1));
        store.Engine.RunPending();
        await erased;
        await store.CompactAsync();
        Assert.That(_files.ListFiles(TestStores.Folder).Where(name => name.EndsWith(".seg", StringComparison.Ordinal)), Is.Empty);
        Assert.That(ImportStore.Hours(store, 2), Is.EqualTo(new[] { 1010 }));
    }

    [Test]
    public async Task Import_OfAFileOfTheStoreItself_IsRefusedAndTheFileStays([Values] bool move)
    {
        ImportStore.Write(_files, [(1, 5)]);
        _time.NowMs = ImportStore.TimeOf(1000);
        using SignalStore store = Open();
        await store.ImportAsync(ImportStore.Segment);
        string own = _files.ListFiles(TestStores.Folder).Single(name => name.EndsWith(".seg", StringComparison.Ordinal));
        Assert.That(
            async () => await store.ImportAsync(Path.Combine(TestStores.Folder, own), new ImportOptions { Move = move }),
            Throws.ArgumentException.With.Message.Contains("the store itself"));
        Assert.That(_files.ListFiles(TestStores.Folder), Does.Contain(own));
    }

    [Test]
    public async Task Import_BeyondLastNAndMaxAge_ShowsOnlyWhatTheyAllow()
    {
        StoreSchema limited = StoreSchema.Define(schema => schema.EventType("view", type => type
            .Field<float>("score").KeepLast(3).MaxAge(TimeSpan.FromHours(100)).Window(TimeSpan.FromDays(1))));
        ImportStore.Write(_files, [(1, 850), (1, 910), (1, 920), (1, 930), (2, 850)], type: limited["view"]);
        _time.NowMs = ImportStore.TimeOf(1000);
        using SignalStore store = TestStores.Open(_files, limited, _time);
        ImportStore.Append(store, 1, 925);
        await store.ImportAsync(ImportStore.Segment);
        for (int round = 0; round < 2; round++)
        {
            Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 930, 925, 920 }));
            Assert.That(ImportStore.Hours(store, 2), Is.Empty);
            await store.CompactAsync();
        }
    }

    [Test]
    public async Task Import_InAPoisonedOrClosedStore_IsRefused()
    {
        ImportStore.Write(_files, [(1, 5)]);
        SignalStore store = Open();
        store.Engine.FailStop.Fail(new IOException("first"));
        Assert.That(() => store.ImportAsync(ImportStore.Segment), Throws.InstanceOf<StorePoisonedException>());
        Assert.That(() => store.DeclareComplete("view", DateTimeOffset.UnixEpoch), Throws.InstanceOf<StorePoisonedException>());
        store.Dispose();
        store = Open();
        await store.DisposeAsync();
        Assert.That(() => store.ImportAsync(ImportStore.Segment), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(SegmentsInFolder(), Is.Zero);
    }

    private static void AssertContent(SignalStore store)
    {
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 30, 7, 5 }));
        Assert.That(ImportStore.Hours(store, 2), Is.EqualTo(new[] { 6 }));
    }

    private void AssertRefused<TError>(string message)
        where TError : Exception
    {
        using SignalStore store = Open();
        ImportStore.Append(store, 1, 7);
        bool exists = _files.FileExists(ImportStore.Segment);
        foreach (bool move in (bool[])[false, true])
        {
            Assert.That(
                () => store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = move }),
                Throws.InstanceOf<TError>().With.Message.Contain(message));
            Assert.That(_files.FileExists(ImportStore.Segment), Is.EqualTo(exists));
        }

        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 7 }));
        ImportStore.AssertNothingLeft(_files, store);
        ImportStore.Append(store, 1, 8);
        Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 8, 7 }));
    }

    private int SegmentsInFolder() => _files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".seg", StringComparison.Ordinal));

    private SignalStore Open() => TestStores.Open(_files, ImportStore.Schema, _time);

    private sealed class CancelAt(int step, CancellationTokenSource cancellation) : IProgress<ImportProgress>
    {
        private int _step;

        public void Report(ImportProgress value)
        {
            Assert.That(value.BytesDone, Is.InRange(0, value.BytesTotal));
            if (_step++ == step)
            {
                cancellation.Cancel();
            }
        }
    }
}
