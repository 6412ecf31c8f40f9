using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Context;

/// <summary>Whatever batch is accepted goes into memtables, one row at a time if need be, now and when it is replayed.</summary>
[Category("Fast")]
internal sealed class MemTableFitTests
{
    private static readonly UserId Bob = UserId.From(7);

    [Test]
    public void Append_RowsThatShareLargeValues_FitAndAreReplayed([Values(1, 32)] int users)
    {
        // A constant column is stored once in the record and copied for every row into the memtable.
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Text("a").Text("b")));
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        const int Rows = 32;
        string value = new('x', 3900);
        SimDisk killed;
        using (SignalStore store = TestStores.Open(files, schema, time))
        {
            EventBatch batch = store.CreateBatch("e");
            for (int i = 0; i < Rows; i++)
            {
                batch.Add(UserId.From((ulong)(i % users) + 1), TestStores.Start - i, 1).Set("a", value).Set("b", value);
            }

            Assert.That(store.TryAppend(batch, out _));
            store.Engine.RunPending();
            Assert.That(store.Engine.FailStop.Error, Is.Null);
            Assert.That(Count(store, users), Is.EqualTo(Rows));
            killed = files.Recording().KillImage(files.OperationCount);
        }

        using SignalStore again = TestStores.Open(new SimFileSystem(killed), schema, time);
        Assert.That(Count(again, users), Is.EqualTo(Rows));
    }

    [Test]
    public void Append_LargestEventAtTheSmallestMemTable_Fits([Values(1, 2, 5)] int columns)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t =>
        {
            for (int i = 0; i < columns; i++)
            {
                t.Bytes($"c{i}");
            }
        }));
        EngineOptions options = Smallest(schema);
        using SignalStore store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start), options);
        EventBatch batch = store.CreateBatch("e");
        int length = (options.MaxBatchBytes - 8) / columns;
        do
        {
            length--;
            batch.Clear();
            EventRow row = batch.Add(Bob, TestStores.Start, 1);
            for (int i = 0; i < columns; i++)
            {
                row.SetBytes($"c{i}", new byte[length]);
            }
        }
        while (!Accepts(store, batch));

        store.Engine.RunPending();
        Assert.That(store.Engine.FailStop.Error, Is.Null);
        using Sequence all = store.Read(Bob, store.Query("e").Build());
        Assert.That(all.Times.ToArray(), Is.EqualTo(new[] { TestStores.Start }));
    }

    /// <summary>The options with the smallest memtable that is not refused.</summary>
    private static EngineOptions Smallest(StoreSchema schema)
    {
        long low = 4096;
        long high = TestStores.Tiny.MemTableBytes;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (Fits(schema, middle))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return TestStores.Tiny with { MemTableBytes = high };
    }

    private static bool Fits(StoreSchema schema, long memTableBytes)
    {
        try
        {
            MemTableFit.Require(schema, TestStores.Tiny with { MemTableBytes = memTableBytes });
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Accepts(SignalStore store, EventBatch batch)
    {
        try
        {
            return store.TryAppend(batch, out _);
        }
        catch (EventRejectedException)
        {
            return false;
        }
    }

    private static int Count(SignalStore store, int users)
    {
        int count = 0;
        for (int user = 0; user < users; user++)
        {
            using Sequence all = store.Read(UserId.From((ulong)user + 1), store.Query("e").Build());
            count += all.Count;
        }

        return count;
    }
}
