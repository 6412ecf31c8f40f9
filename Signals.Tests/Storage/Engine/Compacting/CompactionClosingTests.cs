using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>A compaction that is asked for once the store is closing looks at no table, because the memory of directories goes.</summary>
[Category("Fast")]
internal sealed class CompactionClosingTests
{
    /// <summary>So many users that the directory is in pages, which are in native memory where there is no bound for them.</summary>
    private const int Users = 400;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<long>("a")));

    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        RingBytes = 256 << 10,
        MaxBatchBytes = 64 << 10,
        MemTableBytes = 1 << 20,
        LogBytes = 1 << 20,
    };

    [Test]
    public async Task RunAll_StoreIsClosed_EndsAtOnce([Values] bool hasRunBefore)
    {
        SignalStore store = await Fill();
        if (hasRunBefore)
        {
            await store.CompactAsync();
        }

        store.Dispose();

        Assert.That(store.Engine.TestCompactor.RunAll(Limits(store)), Is.False);
        Assert.That(store.Engine.TestCompactor.RunOnce(), Is.False);
    }

    [Test]
    public async Task RunAll_StoreIsClosing_LooksAtNoTable()
    {
        using SignalStore store = await Fill();
        store.Engine.TestInterruptCompaction();
        foreach (Table table in store.Engine.Tables.Tables)
        {
            table.Directory.LeaveCache(); // as closing does; a look at it throws from now on
        }

        Assert.That(store.Engine.TestCompactor.RunAll(Limits(store)), Is.False);
    }

    private static DiskLimits Limits(SignalStore store) => new(store.Schema.EventTypes, TestStores.Start, TestStores.Start);

    // One of the users is erased, so that the first thing a compaction does is to look for the user.
    private static async Task<SignalStore> Fill()
    {
        SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start), Options);
        EventBatch batch = store.CreateBatch("e", Users);
        for (int user = 1; user <= Users; user++)
        {
            batch.Add(UserId.From((ulong)user), TestStores.Start - user, 1).Set("a", (long)user);
        }

        store.Append(batch);
        await store.FlushAsync();
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(7UL));
        await store.FlushAsync();
        await erased;
        return store;
    }
}
