using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>Holding ingest back while too many memtables wait.</summary>
[Category("Fast")]
internal sealed class MemTableSetTests
{
    [TestCase(true, TestName = "Freeze_TooManyTables_WaitsUntilCompactionHasNothingToDo")]
    [TestCase(false, TestName = "Freeze_TooManyTablesInAStoreThatFails_WaitsNoMore")]
    public async Task Freeze_TooManyTables(bool settles)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));
        using MemArenaPool pool = new(16 << 10, keep: 4, TimeProvider.System);
        ManualTime time = new(TestStores.Start);
        using ReadEpochs epochs = new();
        MemTableFactory factory = new(pool, schema);
        ViewState view = new(new ReadView([factory.Create(firstLog: 0)], TableVersion.Empty), epochs);
        FailStop failStop = new();
        using TablePace pace = new(view, mostTables: -1, TimeSpan.FromHours(1), failStop);
        using FrozenMemTables frozen = new(view, most: 10, pace, time, failStop);
        MemTableSet set = new(view, factory, frozen, inlineFlush: null);
        pace.CountAdded();
        set.Freeze(new(10), 0);
        Assert.That(frozen.TableStallCount, Is.Zero, "There is no compaction yet.");
        pace.Start();
        Task stalled = Task.Run(() => set.Freeze(new(20), 0));
        Assert.That(SpinWait.SpinUntil(() => frozen.TableStallCount == 1, TimeSpan.FromSeconds(30)));
        pace.WakeWaiters();
        Assert.That(stalled.IsCompleted, Is.False);
        long before = pace.Added;
        pace.CountAdded();
        pace.MarkSettled(before);
        Assert.That(stalled.IsCompleted, Is.False, "More tables came while compaction looked.");
        time.NowMs += 5000;
        if (settles)
        {
            pace.MarkSettled(pace.Added);
        }
        else
        {
            failStop.Fail(new IOException("planned"));
        }

        await stalled.WaitAsync(TimeSpan.FromSeconds(30));
        set.Freeze(new(30), 0);
        Assert.That(
            (frozen.StallCount, frozen.TableStallCount, frozen.StallTime),
            Is.EqualTo((StallCount: 1L, TableStallCount: 1L, StallTime: TimeSpan.FromSeconds(5))));
        Free(view);
    }

    [Test]
    public void Freeze_TooManyTablesThatNobodyMerges_GoesOnAfterATimeAndNotOnceItCloses()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));
        using MemArenaPool pool = new(16 << 10, keep: 4, TimeProvider.System);
        using ReadEpochs epochs = new();
        MemTableFactory factory = new(pool, schema);
        ViewState view = new(new ReadView([factory.Create(firstLog: 0)], TableVersion.Empty), epochs);
        FailStop failStop = new();
        using TablePace pace = new(view, mostTables: -1, TimeSpan.FromMilliseconds(1), failStop);
        using FrozenMemTables frozen = new(view, most: 10, pace, new ManualTime(TestStores.Start), failStop);
        MemTableSet set = new(view, factory, frozen, inlineFlush: null);
        pace.Start();
        pace.CountAdded();
        set.Freeze(new(10), 0);
        set.Freeze(new(20), 0);
        Assert.That(frozen.TableStallCount, Is.EqualTo(2), "It slows, each time.");
        pace.End();
        set.Freeze(new(30), 0);
        Assert.That(frozen.TableStallCount, Is.EqualTo(2));
        Free(view);
    }

    [Test]
    public async Task StallTime_WhileStalled_Grows()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));
        using MemArenaPool pool = new(16 << 10, keep: 4, TimeProvider.System);
        ManualTime time = new(TestStores.Start);
        using ReadEpochs epochs = new();
        MemTableFactory factory = new(pool, schema);
        ViewState view = new(new ReadView([factory.Create(firstLog: 0)], TableVersion.Empty), epochs);
        FailStop failStop = new();
        using TablePace pace = new(view, 1, TimeSpan.Zero, failStop);
        using FrozenMemTables frozen = new(view, most: 1, pace, time, failStop);
        MemTableSet set = new(view, factory, frozen, inlineFlush: null);
        set.Freeze(new(10), 0);
        Assert.That((frozen.StallCount, frozen.StallTime), Is.EqualTo((StallCount: 0L, StallTime: TimeSpan.Zero)));
        Task stalled = Task.Run(() => set.Freeze(new(20), 0));
        Assert.That(SpinWait.SpinUntil(() => frozen.StallCount == 1, TimeSpan.FromSeconds(30)));
        time.NowMs += 5000;
        TimeSpan during = frozen.StallTime;
        time.NowMs += 1000;
        MemTable oldest = view.Current.MemTables[^1];
        view.Replace(current => current.WithFlushed(oldest, current.Tables));
        frozen.SignalRoom();
        await stalled;
        time.NowMs += 1000;
        Assert.That((during, frozen.StallTime), Is.EqualTo((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6))));
        oldest.Dispose();
        Free(view);
    }

    private static void Free(ViewState view)
    {
        foreach (MemTable table in view.Current.MemTables)
        {
            table.Dispose();
        }
    }
}
