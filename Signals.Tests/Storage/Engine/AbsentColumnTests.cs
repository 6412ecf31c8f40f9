using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine;

/// <summary>
/// Columns that no row has a value in take a byte or two a row, and no room for their width or stamps anywhere: in flushes,
/// merges, replays, imports, folds and reads.
/// </summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AbsentColumnTests
{
    private const int Columns = 1_023;
    private const int Rows = 4_000;

    // A merge of three tables holds their rows, the merged ones and what is left of arrays that grew: a few bytes of state a row
    // and column. The columns' width is 256.
    private const long MostBytes = 16L * Columns * 3 * Rows;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t =>
        Enumerable.Range(0, Columns).Aggregate(t.Field<int>("n"), (type, i) => type.EnrichmentVector<float>($"v{i}", 64))
            .Window(TimeSpan.FromDays(30))));

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public async Task Store_ColumnsWithoutValues_TakeNoRoomForTheirWidth([Values(1, Rows)] int users)
    {
        SignalStore store = Open();
        for (int flush = 0; flush < 2; flush++)
        {
            Append(store, users, flush);
            await Measure($"flush {flush}", () => store.FlushAsync());
        }

        await Measure("compaction", () => store.CompactAsync());
        await Measure("import", () => Import(store, users, RowMarks.Insert));
        await Measure("compaction of what was imported", () => store.CompactAsync());
        await Measure("import of corrections", () => Import(store, users, RowMarks.Correct));
        await Measure("fold", () => store.CompactAsync());
        Append(store, users, 3);
        store.Engine.Close(abandon: true);
        await Measure("opening", () =>
        {
            store = Open();
            return Task.CompletedTask;
        });
        await Measure("flush of what was replayed", () => store.FlushAsync());
        using Sequence all = store.Read(UserId.From(1UL), store.Query("e").Columns("n", "v5").Build());
        Assert.That(all.Count, Is.EqualTo(4 * Rows / users));
        store.Dispose();
    }

    private static async Task Measure(string what, Func<Task> work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        await work();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Out.WriteLine($"{what}: {allocated:N0} bytes allocated");
        Assert.That(allocated, Is.LessThan(MostBytes), what);
    }

    private SignalStore Open()
    {
        StoreOptions chosen = new() { MemTableBytes = 16 << 20, BlockCacheBytes = 1 << 20, LogBytes = 8 << 20 };
        EngineOptions options = chosen.Validate() with { Background = false };
        return TestStores.Open(_files, Schema, _time, options);
    }

    private void Append(SignalStore store, int users, int round)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < Rows; i++)
        {
            batch.Add(UserId.From((ulong)(i % users) + 1), _time.NowMs - i, (ulong)round).Set("n", i);
            if (batch.Count == 100)
            {
                Assert.That(store.TryAppend(batch, out _));
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private Task<ImportResult> Import(SignalStore store, int users, RowMarks marks)
    {
        const string Folder = "/offline";
        string path = Path.Combine(Folder, $"{marks}.seg");
        _files.CreateDirectory(Folder);
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, path, Schema.EventTypes[0],
            new SegmentOptions { Generation = marks == RowMarks.Insert ? 1 : 2, Source = "offline" }, 4 << 20))
        {
            for (int i = 0; i < Rows; i++)
            {
                UserId user = UserId.From((ulong)(i % users) + 1);
                EventRow row = marks == RowMarks.Insert
                    ? writer.Insert(user, _time.NowMs - i, 2)
                    : writer.Correct(user, _time.NowMs - i, 2);
                row.Set("n", -i);
            }

            writer.Finish();
        }

        return store.ImportAsync(path, new ImportOptions());
    }
}
