using System.Diagnostics.CodeAnalysis;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Ingest;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>What a store refuses, and that a refusal leaves no trace.</summary>
[Category("Fast")]
internal sealed class LimitTests
{
    private static readonly UserId Bob = UserId.From(7);

    [Test]
    public void Append_TooLarge_IsRefusedAndNothingIsAppended()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Bob, TestStores.Start, 1);
        batch.Add(Bob, TestStores.Start, 2).SetBytes("blob", Noise(9000));
        Assert.That(
            () => store.TryAppend(batch, out _),
            Throws.InstanceOf<EventRejectedException>().With.Property("Reason").EqualTo(RejectionReason.TooLarge));
        AssertUntouched(store, 2);
    }

    [Test]
    public void Append_AtTheEdgeOfTheFuture_IsAcceptedAndOneLaterRefused()
    {
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), time);
        long edge = TestStores.Start + (long)TestStores.Tiny.MaxFutureTime.TotalMilliseconds;
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Bob, TestStores.Start, 1);
        batch.Add(Bob, edge + 1, 2);
        Assert.That(
            () => store.AppendAsync(batch).AsTask(),
            Throws.InstanceOf<EventRejectedException>().With.Property("Reason").EqualTo(RejectionReason.TimeOutOfRange));
        AssertUntouched(store, 2);
        batch.Clear();
        batch.Add(Bob, edge, 3);
        Append(store, batch);
        Assert.That(Times(store), Is.EqualTo(new[] { edge }));
    }

    [TestCase(long.MinValue)]
    [TestCase(long.MinValue + 1)]
    [TestCase(-62_135_596_800_000)] // a date that nobody set
    [TestCase(-100_000_000_000_000_000)]
    public async Task Append_AbsurdPast_IsRefused(long timeMs)
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema(), time))
        {
            EventBatch batch = store.CreateBatch("e");
            batch.Add(Bob, timeMs, 1);
            Assert.That(
                () => store.TryAppend(batch, out _),
                Throws.InstanceOf<EventRejectedException>().With.Property("Reason").EqualTo(RejectionReason.TimeOutOfRange));
            AssertUntouched(store, 1);
            await store.FlushAsync();
        }

        using SignalStore again = TestStores.Open(files, Schema(), time);
        Assert.That(Times(again), Is.Empty);
    }

    [Test]
    public void Append_EarlierThanMaxPastTime_IsRefusedAndTheEdgeIsTaken()
    {
        EngineOptions options = TestStores.Tiny with { MaxPastTime = TimeSpan.FromDays(1000) };
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start), options);
        long edge = TestStores.Start - (1000L * 86_400_000);
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Bob, edge - 1, 1);
        batch.Add(Bob, TestStores.Start, 2);
        EventRejectedException error = Assert.Throws<EventRejectedException>(() => store.TryAppend(batch, out _))!;
        Assert.That((error.Reason, error.LooksLike), Is.EqualTo((RejectionReason.TimeOutOfRange, null as string)));
        Assert.That(error.Message, Does.Contain("MaxPastTime"));
        AssertUntouched(store, 2);
        batch.Clear();
        batch.Add(Bob, edge, 3);
        Append(store, batch);
        Assert.That(Times(store), Is.EqualTo(new[] { edge }));
    }

    [TestCase(-62_135_596_800_000)] // the first date
    [TestCase(-62_135_596_790_000)]
    [TestCase(-1)]
    [TestCase(253_402_300_799_999)] // the last
    public async Task Append_ClockAtAnEndOfTimeAndNoLimits_TakesEveryDate(long nowMs)
    {
        SimFileSystem files = new();
        ManualTime time = new(nowMs);
        EngineOptions options = TestStores.Tiny with { MaxPastTime = TimeSpan.MaxValue, MaxFutureTime = TimeSpan.MaxValue };
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").KeepLast(10)));
        long[] times = [253_402_300_799_999, 0, -1, -62_135_596_799_999];
        using (SignalStore store = TestStores.Open(files, schema, time, options))
        {
            EventBatch batch = store.CreateBatch("e");
            Array.ForEach(times, one => batch.Add(Bob, one, 1));
            Append(store, batch);
            Assert.That(Times(store), Is.EqualTo(times));
            await store.CompactAsync();
            Assert.That(store.GetWatermark("e")!.Value.Year, Is.EqualTo(9999));
        }

        using SignalStore again = TestStores.Open(files, schema, time, options);
        Assert.That((Times(again), again.GetStats().EventsOutOfReach), Is.EqualTo((times, 0L)));
    }

    [TestCase(1000, "seconds")]
    [TestCase(0.001, "microseconds")]
    [TestCase(0.000001, "nanoseconds")]
    public void Append_TimesInAnotherUnit_AreRefusedWithItsName(double msPerUnit, string unit)
    {
        EngineOptions options = new StoreOptions().Validate() with { Background = false, MemTableBytes = 8 << 20, LogBytes = 4 << 20 };
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start), options);
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < 3; i++)
        {
            batch.Add(Bob, (long)((TestStores.Start - i) / msPerUnit), 1);
        }

        EventRejectedException error = Assert.Throws<EventRejectedException>(() => store.TryAppend(batch, out _))!;
        Assert.That((error.Reason, error.LooksLike), Is.EqualTo((RejectionReason.TimeOutOfRange, unit)));
        Assert.That(error.Message, Does.Contain(unit));
        AssertUntouched(store, 3);
    }

    [Test]
    public void Append_EventsOlderThanTheMaxAge_AreCountedAtOnce()
    {
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("e", t => t.Field<int>("n").MaxAge(TimeSpan.FromDays(365))).EventType("all", t => t.Field<int>("n")));
        using SignalStore store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start));
        EventGroup group = store.CreateGroup("source");
        long edge = TestStores.Start - (365L * 86_400_000);
        group["e"].Add(Bob, edge - 1, 1);
        group["e"].Add(Bob, edge, 2);
        group["e"].Add(Bob, 1, 3);
        group["all"].Add(Bob, 1, 4);
        Assert.That(store.TryAppendGroup(group, out _));
        Assert.That(
            (store.GetStats().EventsOutOfReach, store.GetStats().EventsApplied),
            Is.EqualTo((EventsOutOfReach: 2L, EventsApplied: 0L)), "before they are applied");
        store.Engine.RunPending();
        Assert.That(Times(store), Is.EqualTo(new[] { edge }));
    }

    [Test]
    public async Task ImportAsync_TimesThatAnAppendWouldNotTake_AreRefused()
    {
        SimFileSystem files = ImportStore.NewFiles();
        ImportStore.Write(files, [(1UL, -24 * 400)]);
        ImportStore.Write(files, [(1UL, -1)], path: "/offline/good.seg");
        EngineOptions options = TestStores.Tiny with { MaxPastTime = TimeSpan.FromDays(365) };
        using SignalStore store = TestStores.Open(files, ImportStore.Schema, new ManualTime(TestStores.Start), options);
        Assert.That(
            async () => await store.ImportAsync(ImportStore.Segment),
            Throws.InstanceOf<EventRejectedException>().With.Property("Reason").EqualTo(RejectionReason.TimeOutOfRange));
        Assert.That(store.GetWatermark("view"), Is.Null);
        await store.ImportAsync("/offline/good.seg");
        Assert.That(store.GetWatermark("view"), Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(ImportStore.TimeOf(-1))));
    }

    [Test]
    public async Task ImportAsync_EventsOlderThanTheMaxAge_AreCountedOnceAndNoOtherRowIs([Values] bool withRetractions)
    {
        SimFileSystem files = ImportStore.NewFiles();
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<float>("score").MaxAge(TimeSpan.FromHours(36)).Window(TimeSpan.FromDays(1))));
        using (SegmentWriter writer = SegmentWriter.Create(
            files, ImportStore.Segment, schema["view"], new SegmentOptions { Generation = 1 }))
        {
            foreach (int hour in new[] { -1, -36, -37, -47, -100 })
            {
                writer.Insert(Bob, ImportStore.TimeOf(hour), 1).Set("score", 1f);
                writer.Correct(Bob, ImportStore.TimeOf(hour), 2).Set("score", 1f);
                if (withRetractions)
                {
                    writer.Retract(Bob, ImportStore.TimeOf(hour), 3);
                }
            }

            writer.Finish();
        }

        using SignalStore store = TestStores.Open(files, schema, new ManualTime(TestStores.Start));
        await store.ImportAsync(ImportStore.Segment);
        Assert.That(store.GetStats().EventsOutOfReach, Is.EqualTo(3));
        Assert.That((await store.ImportAsync(ImportStore.Segment)).AlreadyImported);
        Assert.That(store.GetStats().EventsOutOfReach, Is.EqualTo(3), "the second time it brings nothing");
    }

    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    [TestCase(-62_135_596_800_000)]
    [TestCase(253_402_300_800_000)] // the year 10000
    public void Insert_TimeThatNoDateCanName_IsRefused(long timeMs)
    {
        SegmentOptions options = new() { Generation = 1 };
        using SegmentWriter writer = SegmentWriter.Create(ImportStore.NewFiles(), ImportStore.Segment, ImportStore.Schema["view"], options);
        Assert.That(() => writer.Insert(Bob, timeMs, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void GetWatermark_OfAnOlderStoreBeyondEveryDate_DoesNotThrow([Values(long.MinValue + 1, long.MaxValue)] long timeMs)
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        store.Engine.Watermarks.Raise(0, timeMs);
        Assert.That(store.GetWatermark("e")!.Value.Year, Is.EqualTo(timeMs < 0 ? 1 : 9999));
    }

    [Test]
    public void Add_WithoutATime_IsRefused()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        Assert.That(() => store.CreateBatch("e").Add(Bob, default(DateTimeOffset), 1), Throws.ArgumentException);
        Assert.That(() => store.GetResumePosition("cut" + (char)0xD83D), Throws.ArgumentException);
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(-62_135_596_799_999)] // the year 1
    public async Task Append_TimeBeforeTheEpoch_IsServed(long timeMs)
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        EventBatch batch = store.CreateBatch("e");
        batch.Add(Bob, timeMs, ulong.MaxValue);
        Append(store, batch);
        Assert.That(Times(store), Is.EqualTo(new[] { timeMs }));
        await store.CompactAsync();
        Assert.That(Times(store), Is.EqualTo(new[] { timeMs }));
    }

    [Test]
    public void Append_EmptyBatch_IsRefusedAndChangesNothing()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        Assert.That(() => store.TryAppend(store.CreateBatch("e"), out _), Throws.InvalidOperationException);
        store.Engine.RunPending();
        Assert.That(store.Engine.FailStop.Error, Is.Null);
        AssertUntouched(store, 0);
    }

    [Test]
    public void Open_SchemaThatDoesNotFitAMemTable_IsRefused()
    {
        StoreSchema wide = StoreSchema.Define(s => s.EventType("w", t => t.Vector<float>("v", 16_384)));
        Assert.That(
            () => TestStores.Open(new SimFileSystem(), wide, new ManualTime(TestStores.Start)),
            Throws.ArgumentException.With.Message.Contains("'w'"));
    }

    [Test]
    public void Open_BatchThatDoesNotFitAMemTable_IsRefused()
    {
        EngineOptions options = TestStores.Tiny with { RingBytes = 256 << 10, MaxBatchBytes = 64 << 10, LogBytes = 256 << 10 };
        Assert.That(
            () => TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start), options),
            Throws.ArgumentException.With.Message.Contains("'e'"));
    }

    [Test]
    [SuppressMessage("Reliability", "CA2012", Justification = "The misuse is what is tested.")]
    public void GetResult_TooEarlyOrTwice_DoesNotDisturbOthers()
    {
        AckQueue acks = new(Durability.Buffered);
        ValueTask<AppendAck> first = acks.WaitAsync(new(10));
        Assert.That(() => first.GetAwaiter().GetResult(), Throws.InvalidOperationException);
        ValueTask<AppendAck> second = acks.WaitAsync(new(20));
        acks.Advance(new(10));
        Assert.That(second.IsCompleted, Is.False);
        acks.Advance(new(20));
        Assert.That(second.GetAwaiter().GetResult().Position, Is.EqualTo(20));
        Assert.That(() => second.GetAwaiter().GetResult(), Throws.InvalidOperationException);
        ValueTask<AppendAck> third = acks.WaitAsync(new(30));
        ValueTask<AppendAck> fourth = acks.WaitAsync(new(40));
        acks.Advance(new(30));
        Assert.That((third.IsCompleted, fourth.IsCompleted), Is.EqualTo((true, false)));
    }

    private static void Append(SignalStore store, EventBatch batch)
    {
        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }

    private static void AssertUntouched(SignalStore store, long rejected)
    {
        store.Engine.RunPending();
        Assert.That(Times(store), Is.Empty);
        Assert.That(
            (store.GetStats().EventsRejected, store.GetStats().EventsApplied), Is.EqualTo((EventsRejected: rejected, EventsApplied: 0L)));
    }

    private static long[] Times(SignalStore store)
    {
        using Sequence all = store.Read(Bob, store.Query("e").Build());
        return all.Times.ToArray();
    }

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        SimRandom random = new(1);
        foreach (ref byte b in noise.AsSpan())
        {
            b = (byte)random.Next();
        }

        return noise;
    }

    private static StoreSchema Schema() => StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Bytes("blob")));
}
