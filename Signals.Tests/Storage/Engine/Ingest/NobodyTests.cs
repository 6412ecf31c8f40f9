using Signals.Offline;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>The user that nobody set is refused wherever events come from; what older stores hold of it stays within reach.</summary>
[Category("Fast")]
internal sealed class NobodyTests
{
    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public void Add_OfAUserThatNobodySet_IsRefusedAndLeavesNoTrace()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), ImportStore.Schema, _time);
        EventBatch batch = store.CreateBatch("view");
        EventGroup group = store.CreateGroup("source");
        foreach (UserId nobody in new[] { default, UserId.From(0), new UserId(0, 0) })
        {
            Assert.That(() => batch.Add(nobody, TestStores.Start, 1), Throws.ArgumentException);
            Assert.That(() => batch.Add(nobody, DateTimeOffset.UnixEpoch, 1), Throws.ArgumentException);
            Assert.That(() => group["view"].Add(nobody, TestStores.Start, 1), Throws.ArgumentException);
        }

        SingleEvent single = new() { TimeMs = TestStores.Start, Id = 1 };
        single.Begin(store.Schema["view"]);
        Assert.That(() => single.AddTo(batch), Throws.ArgumentException);
        Assert.That((batch.Count, group.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Insert_OfAUserThatNobodySet_IsRefusedAndTheRestIsWritten()
    {
        SimFileSystem files = ImportStore.NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(
            files, ImportStore.Segment, ImportStore.Schema["view"], new SegmentOptions { Generation = 1 });
        Assert.That(() => writer.Insert(default, TestStores.Start, 1), Throws.ArgumentException);
        Assert.That(() => writer.Insert(UserId.From(0), DateTimeOffset.UnixEpoch, 1), Throws.ArgumentException);
        writer.Insert(UserId.From(1), TestStores.Start, 1);
        Assert.That(writer.Finish().Events, Is.EqualTo(1));
    }

    [Test]
    public async Task Open_OlderStoreWithEventsOfNobody_ReplaysReadsCorrectsRetractsAndErases()
    {
        SimFileSystem files = ImportStore.NewFiles();
        using (SignalStore older = TestStores.Open(files, ImportStore.Schema, _time))
        {
            EventBatch batch = older.CreateBatch("view");
            for (int i = 0; i < 3; i++)
            {
                batch.AddAny(default, ImportStore.TimeOf(-i), 1).Set("rank", i);
            }

            Assert.That(older.TryAppend(batch, out _));
            older.Engine.RunPending();
        }

        using (SegmentWriter writer = SegmentWriter.Create(
            files, ImportStore.Segment, ImportStore.Schema["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Correct(default, ImportStore.TimeOf(0), 1).Set("rank", 100);
            writer.Retract(default, ImportStore.TimeOf(-2), 1);
            writer.Finish();
        }

        using SignalStore store = TestStores.Open(files, ImportStore.Schema, _time);
        Assert.That(Ranks(store), Is.EqualTo(new[] { 0, 1, 2 }), "the log replays");
        await store.ImportAsync(ImportStore.Segment);
        await store.CompactAsync();
        Assert.That(Ranks(store), Is.EqualTo(new[] { 100, 1 }));
        ValueTask<AppendAck> erased = store.EraseAsync(default);
        store.Engine.RunPending();
        await erased;
        Assert.That(Ranks(store), Is.Empty);
    }

    private static int[] Ranks(SignalStore store)
    {
        using Sequence sequence = store.Read(default, store.Query("view").Columns("rank").Build());
        return sequence.Field<int>("rank").ToArray();
    }
}
