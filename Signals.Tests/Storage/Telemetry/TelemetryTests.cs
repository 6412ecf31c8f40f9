using System.Diagnostics;
using Signals.Offline;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>Metrics, activities and the observer of a store.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class TelemetryTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n")).EventType("idle", t => t.Field<int>("n")));

    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public void Instruments_AfterWork_ShowTheCountersOfTheirStoreAlone()
    {
        using Measured mine = new("mine");
        using Measured other = new("other");
        using SignalStore store = Open("mine");
        using SignalStore idle = Open("other");
        Append(store, 10);
        store.CompactAsync().GetAwaiter().GetResult();
        Append(store, 10);
        store.CompactAsync().GetAwaiter().GetResult();

        Assert.That(mine.Collect("signals.ingest.events"), Is.EqualTo(20));
        Assert.That(mine.Collect("signals.events.merged"), Is.EqualTo(10));
        Assert.That(mine.Collect("signals.flush.count"), Is.EqualTo(2));
        Assert.That(mine.Collect("signals.flush.written"), Is.EqualTo(store.GetStats().FlushBytesWritten).And.GreaterThan(0));
        Assert.That(mine.Collect("signals.tables.rows"), Is.EqualTo(10));
        Assert.That(mine.Collect("signals.ring.used"), Is.Zero);
        Assert.That(mine.Collect("signals.ring.size"), Is.EqualTo(TestStores.Tiny.RingBytes));
        Assert.That(mine.CountOf("signals.flush.duration"), Is.EqualTo(2));
        Assert.That(mine.CountOf("signals.compaction.duration"), Is.EqualTo(1));
        Assert.That(other.Collect("signals.ingest.events"), Is.Zero);
        Assert.That(other.CountOf("signals.flush.duration"), Is.Zero);
    }

    [Test]
    public void RingUsed_BeforeTheIngest_IsWhatWaits()
    {
        using Measured measured = new("ring");
        using SignalStore store = Open("ring");
        AppendTicket ticket = store.Append(Batch(store, 5));
        Assert.That(measured.Collect("signals.ring.used"), Is.EqualTo(ticket.Position).And.GreaterThan(0));
    }

    [Test]
    public void WatermarkLag_OneTypeOfTwoWithEvents_IsReportedForThatOne()
    {
        using Measured measured = new("lag");
        using SignalStore store = Open("lag");
        Append(store, 1);
        _time.NowMs += 90_000;
        Assert.That(measured.Collect("signals.watermark.lag"), Is.EqualTo(90));
        Assert.That(measured.CountOf("signals.watermark.lag"), Is.EqualTo(1));
    }

    [Test]
    public void ReadDuration_ListenedTo_CountsEveryRead()
    {
        using SignalStore store = Open("reads");
        Append(store, 3);
        SequenceQuery query = store.Query("view").Last(2).Build();
        store.Read(UserId.From(1), query).Dispose();
        using Measured measured = new("reads");
        store.Read(UserId.From(1), query).Dispose();
        store.ReadMany([UserId.From(1), UserId.From(2)], query).Dispose();
        Assert.That(measured.CountOf("signals.read.duration"), Is.EqualTo(2));
    }

    [Test]
    public void Freshness_ListenedTo_TimesOneAppendAfterTheOther()
    {
        using Measured measured = new("fresh");
        using SignalStore store = Open("fresh");
        store.Append(Batch(store, 1));
        store.Append(Batch(store, 1));
        Assert.That(measured.CountOf("signals.freshness"), Is.Zero);
        store.Engine.RunPending();
        Append(store, 1);
        Assert.That(measured.CountOf("signals.freshness"), Is.EqualTo(2), "the second append came while the first was watched");
    }

    [Test]
    public void Activities_FlushAndCompaction_NameTheirStore()
    {
        List<string> seen = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Signals.Storage",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (seen)
                {
                    seen.Add($"{activity.GetTagItem("signals.store")} {activity.OperationName} {activity.GetTagItem("signals.tables")}");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using SignalStore store = Open("traced");
        Append(store, 4);
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, 4);
        store.CompactAsync().GetAwaiter().GetResult();
        lock (seen)
        {
            Assert.That(seen.Where(s => s.StartsWith("traced", StringComparison.Ordinal)), Is.EqualTo(
                new[] { "traced signals.flush 1", "traced signals.flush 1", "traced signals.compaction 2" }));
        }
    }

    [Test]
    public async Task Activities_Import_SaysWhatCame()
    {
        string root = Directory.CreateTempSubdirectory("signals-").FullName;
        string? seen = null;
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Signals.Storage",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => seen = activity.OperationName == "signals.import"
                && (string?)activity.GetTagItem("signals.store") == "importing"
                ? $"{activity.GetTagItem("signals.event_type")} {activity.GetTagItem("signals.rows")}"
                : seen,
        };
        ActivitySource.AddActivityListener(listener);
        try
        {
            string segment = Path.Combine(root, "day.seg");
            using (SegmentWriter writer = SegmentWriter.Create(segment, Schema["view"], new SegmentOptions { Generation = 1 }))
            {
                writer.Insert(UserId.From(1), TestStores.Start, 1).Set("n", 1);
                writer.Finish();
            }

            await using SignalStore store = SignalStore.Open(Path.Combine(root, "importing"), Schema);
            await store.ImportAsync(segment);
            Assert.That(seen, Is.EqualTo("view 1"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public void Observer_AWholeLife_IsToldInOrder()
    {
        SimFileSystem files = new();
        RecordingObserver observer = new();
        using (SignalStore store = Open("observed", files, observer))
        {
            Append(store, 4);
            store.FlushAsync().GetAwaiter().GetResult();
            Append(store, 4);
            store.CompactAsync().GetAwaiter().GetResult();
            Append(store, 4);
        }

        Assert.That(observer.Calls, Is.EqualTo(new[] { "opened", "flushed", "flushed", "compacted", "closed" }));
        Assert.That((observer.Flush.Rows, observer.Flush.Tables), Is.EqualTo((Rows: 4L, Tables: 1)));
        Assert.That(
            (observer.Compaction.EventType, observer.Compaction.Tables, observer.Compaction.IsDrop),
            Is.EqualTo(("view", 2, false)));

        RecordingObserver second = new();
        using SignalStore again = Open("observed", files, second);
        Assert.That(
            (second.Recovery.Path, second.Recovery.Tables, second.Recovery.TableRows, second.Recovery.EventsReplayed),
            Is.EqualTo((TestStores.Folder, 1, 4L, 4L)));
    }

    [Test]
    public void Observer_IoError_IsToldOnce()
    {
        SimFileSystem files = new();
        RecordingObserver observer = new();
        using SignalStore store = Open("broken", files, observer);
        files.FailAt(files.OperationCount, forEver: true);
        store.Append(Batch(store, 1));
        Assert.That(store.Engine.RunPending, Throws.InstanceOf<FileOperationException>());
        Assert.That(() => store.FlushAsync().GetAwaiter().GetResult(), Throws.TypeOf<StorePoisonedException>());
        Assert.That(observer.Calls.Count(call => call == "poisoned"), Is.EqualTo(1));
        Assert.That(observer.Error, Is.InstanceOf<FileOperationException>());
    }

    [Test]
    public void Observer_ThatThrows_HarmsNothingAndIsCounted()
    {
        RecordingObserver observer = new(throws: true);
        using Measured measured = new("thrown");
        using SignalStore store = Open("thrown", new SimFileSystem(), observer);
        Append(store, 4);
        store.FlushAsync().GetAwaiter().GetResult();
        Assert.That(store.GetStats().Flushes, Is.EqualTo(1));
        Assert.That(measured.Collect("signals.observer.errors"), Is.EqualTo(2));
    }

    private static EventBatch Batch(SignalStore store, int events)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < events; i++)
        {
            batch.Add(UserId.From(1), TestStores.Start + i, (ulong)i).Set("n", i);
        }

        return batch;
    }

    private static void Append(SignalStore store, int events)
    {
        store.Append(Batch(store, events));
        store.Engine.RunPending();
    }

    private SignalStore Open(string name) => Open(name, new SimFileSystem(), null);

    private SignalStore Open(string name, SimFileSystem files, RecordingObserver? observer) =>
        TestStores.Open(files, Schema, _time, TestStores.Tiny with { Name = name, Observer = observer });
}
