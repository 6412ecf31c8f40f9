using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>Max age and last-N: exact at read, reclaimed by compaction.</summary>
[Category("Fast")]
internal sealed class RetentionTests
{
    private const long Minute = 60_000;
    private static readonly UserId TheUser = UserId.From(1);

    [Test]
    public async Task Read_TimePasses_ExpiresAtOnceAndCompactionDropsWholeWindows()
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(files, Schema(), time);
        for (int minute = 0; minute < 60; minute++)
        {
            Append(store, TestStores.Start - (minute * Minute));
        }

        Assert.That(Count(store, out _), Is.EqualTo(31)); // closed interval: exactly 30 minutes old still counts
        await store.CompactAsync();
        Assert.That(store.GetStats().TableRows, Is.EqualTo(31));
        time.NowMs += 1;
        Assert.That(Count(store, out _), Is.EqualTo(30));
        time.NowMs += 14 * Minute;
        AppendOfAnother(store, time.NowMs);
        Assert.That(Count(store, out _), Is.EqualTo(16));
        Assert.That(store.GetStats().TablesExpired, Is.GreaterThanOrEqualTo(1));
        time.NowMs += 60 * Minute;
        AppendOfAnother(store, time.NowMs);
        Assert.That(Count(store, out _), Is.Zero);
        await store.CompactAsync();
        Assert.That((store.GetStats().Tables, store.GetStats().TableRows), Is.EqualTo((Tables: 1, TableRows: 1L)));
        Assert.That(files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".tbl", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(Count(store, out SequenceStatus status), Is.Zero);
        Assert.That(status, Is.EqualTo(SequenceStatus.UnknownUser));
    }

    [Test]
    public async Task CompactAsync_EventsExpireWhileItRuns_Ends()
    {
        // Each look at the clock costs a second, and there is an event for every second.
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), time);
        for (int i = 0; i < 3000; i++)
        {
            Append(store, TestStores.Start - (i * 1000));
        }

        await store.FlushAsync();
        long before = store.GetStats().Compactions;
        time.StepMs = 1000;
        await store.CompactAsync();
        Assert.That(store.GetStats().Compactions - before, Is.LessThan(50));
    }

    [Test]
    public async Task CompactAsync_LastNAcrossWindows_ReclaimsWhatNoReadCanReach()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").KeepLast(10).Window(TimeSpan.FromMinutes(5))));
        using SignalStore store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start));
        for (int round = 0; round < 3; round++)
        {
            for (int minute = 0; minute < 40; minute++)
            {
                Append(store, TestStores.Start - (minute * Minute) + round);
            }

            await store.FlushAsync();
        }

        await store.CompactAsync();
        Assert.That(Count(store, out _), Is.EqualTo(10));
        Assert.That(store.GetStats().TableRows, Is.LessThan(30));
    }

    [Test]
    public async Task CompactAsync_SurplusInWindowsOfOneRun_LeavesTheLastNAlone()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), LastTen(), new ManualTime(TestStores.Start));
        await FillWindowsOldestFirst(store);
        await store.CompactAsync();
        Assert.That((store.GetStats().TableRows, Count(store, out _)), Is.EqualTo((10L, 10)));
    }

    [Test]
    public async Task RunPending_MuchSurplusInWindowsOfOneRun_ReclaimsItAndEnds()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), LastTen(), new ManualTime(TestStores.Start));
        await FillWindowsOldestFirst(store);
        store.Engine.RunPending();
        Assert.That((store.GetStats().TableRows, Count(store, out _)), Is.EqualTo((10L, 10)));
    }

    [Test]
    public async Task CompactAsync_FlushBesideEachMerge_Ends()
    {
        SimFileSystem files = new();
        using SignalStore store = TestStores.Open(files, LastTen(), new ManualTime(TestStores.Start));
        for (int i = 0; i < 3; i++)
        {
            Add(store, TestStores.Start + i);
            await store.FlushAsync();
        }

        long compactions = store.GetStats().Compactions;
        long met = compactions - 1;
        int flushes = 0;
        files.BeforeSync = () =>
        {
            // A table that is not in the version yet: a merge is about to finish.
            StoreStats stats = store.GetStats();
            int onDisk = files.ListFiles(TestStores.Folder).Count(name => name.EndsWith(".tbl", StringComparison.Ordinal));
            if (onDisk > stats.Tables && stats.Compactions > met && flushes < 20)
            {
                met = stats.Compactions;
                Add(store, TestStores.Start + 100 + ++flushes);
                Assert.That(store.FlushAsync().IsCompletedSuccessfully);
            }
        };
        await store.CompactAsync();
        files.BeforeSync = null;
        Assert.That((flushes, store.GetStats().Compactions - compactions, store.GetStats().Tables), Is.EqualTo((1, 1L, 2)));
        store.Engine.RunPending();
        Assert.That((store.GetStats().Tables, Count(store, out _)), Is.EqualTo((1, 4)), "What came meanwhile is the background's.");
    }

    [Test]
    public async Task Watermark_IsTheNewestIndexedTime_AlsoAfterReopen()
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema(), time))
        {
            using (Sequence none = store.Read(TheUser, store.Query("e").Build()))
            {
                Assert.That(none.Watermark("e"), Is.EqualTo(long.MinValue));
                Assert.That(() => none.Watermark("f"), Throws.ArgumentException);
            }

            Append(store, TestStores.Start);
            Append(store, TestStores.Start - 5);
            await store.FlushAsync();
            Append(store, TestStores.Start - 3);
        }

        using SignalStore again = TestStores.Open(files, Schema(), time);
        using Sequence other = again.Read(UserId.From(2), again.Query("e").Build());
        Assert.That((other.Watermark("e"), other.Status), Is.EqualTo((TestStores.Start, SequenceStatus.UnknownUser)));
    }

    [Test]
    public void Status_RangeWithoutEvents_IsCompleteAndEmpty()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema(), new ManualTime(TestStores.Start));
        Append(store, TestStores.Start);
        SequenceQuery query = store.Query("e").Between(0, 1000).Build();
        using SequenceBatch both = store.ReadMany([TheUser, UserId.From(2)], query);
        Assert.That(both.Statuses.ToArray(), Is.EqualTo(new[] { SequenceStatus.Complete, SequenceStatus.UnknownUser }));
        Assert.That(both.Offsets.ToArray(), Is.EqualTo(new[] { 0, 0, 0 }));
    }

    // Each window is one run before the next begins, so that no merge of it ever sees the newer rows.
    private static async Task FillWindowsOldestFirst(SignalStore store)
    {
        for (int window = 4; window >= 0; window--)
        {
            for (int i = 0; i < 12; i++)
            {
                Add(store, TestStores.Start - (window * 5 * Minute) + i);
            }

            await store.FlushAsync();
        }

        Assert.That(store.GetStats().TableRows, Is.EqualTo(50));
    }

    private static StoreSchema LastTen() =>
        StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").KeepLast(10).Window(TimeSpan.FromMinutes(5))));

    private static void Append(SignalStore store, long timeMs)
    {
        Add(store, timeMs);
        store.Engine.RunPending();
    }

    // Only an event proves that time went on.
    private static void AppendOfAnother(SignalStore store, long timeMs)
    {
        EventBatch batch = store.CreateBatch("e");
        batch.Add(UserId.From(2), timeMs, 1).Set("n", 1);
        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }

    private static void Add(SignalStore store, long timeMs)
    {
        EventBatch batch = store.CreateBatch("e");
        batch.Add(TheUser, timeMs, 1).Set("n", 1);
        Assert.That(store.TryAppend(batch, out _));
    }

    private static int Count(SignalStore store, out SequenceStatus status)
    {
        using Sequence all = store.Read(TheUser, store.Query("e").Build());
        status = all.Status;
        return all.Count;
    }

    private static StoreSchema Schema() => StoreSchema.Define(s => s
        .EventType("e", t => t.Field<int>("n").MaxAge(TimeSpan.FromMinutes(30)).Window(TimeSpan.FromMinutes(5))));
}
