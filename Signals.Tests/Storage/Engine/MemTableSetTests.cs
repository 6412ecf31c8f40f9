using Signals.Core.Schema;
using Signals.Storage.Engine;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Engine;

/// <summary>Holding ingest back while too many memtables wait.</summary>
internal sealed class MemTableSetTests
{
    [Test]
    public async Task StallTime_WhileStalled_Grows()
    {
        ChunkLayout[] layouts = [new ChunkLayout(StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")))["e"])];
        using MemArenaPool pool = new(16 << 10, keep: 4);
        ManualTime time = new(TestStores.Start);
        using ReadEpochs epochs = new();
        ViewState view = new(new ReadView([new MemTable(pool, layouts)], TableVersion.Empty), epochs);
        using MemTableSet set = new(view, pool, layouts, maxFrozen: 1, time, new FailStop());
        set.Freeze(10, 0);
        Assert.That((set.StallCount, set.StallTime), Is.EqualTo((0L, TimeSpan.Zero)));
        Task stalled = Task.Run(() => set.Freeze(20, 0));
        Assert.That(SpinWait.SpinUntil(() => set.StallCount == 1, TimeSpan.FromSeconds(30)));
        time.NowMs += 5000;
        TimeSpan during = set.StallTime;
        time.NowMs += 1000;
        MemTable oldest = view.Current.MemTables[^1];
        view.Replace(current => current.WithFlushed(oldest, current.Tables));
        set.SignalRoom();
        await stalled;
        time.NowMs += 1000;
        Assert.That((during, set.StallTime), Is.EqualTo((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6))));
        oldest.Dispose();
        foreach (MemTable table in view.Current.MemTables)
        {
            table.Dispose();
        }
    }
}
