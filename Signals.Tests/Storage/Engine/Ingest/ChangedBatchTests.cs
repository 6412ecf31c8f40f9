using System.Diagnostics.CodeAnalysis;
using Signals.Core.Ingest;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>
/// A batch that its producer changes while the append waits or works: what was planned is stored, or the producer gets an
/// exception.
/// </summary>
[Category("Fast")]
internal sealed class ChangedBatchTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<long>("n").Text("text").Field<Half>("h"))
        .EventType("other", t => t.Field<int>("k")));

    private static readonly UserId Alice = UserId.From("alice");
    private static readonly UserId Bob = UserId.From("bob");

    [TestCase("grown")]
    [TestCase("shrunk")]
    [TestCase("replaced")]
    [TestCase("cleared")]
    public void AppendAsync_BatchChangedWhileItWaits_StoresWhatWasGiven(string change)
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema, time))
        {
            FillRing(store);
            EventBatch batch = store.CreateBatch("e");
            Fill(batch, Alice, 20, "given");
            Task<AppendAck> waiting = store.AppendAsync(batch).AsTask();
            Assert.That(waiting.IsCompleted, Is.False, "the ring is full");
            Change(batch, change);
            Finish(store, waiting);
            RequireWhole(store, change);
        }

        using SignalStore again = TestStores.Open(files, Schema, time);
        RequireWhole(again, change);
    }

    [Test]
    public void AppendGroupAsync_GroupChangedWhileItWaits_StoresWhatWasGiven()
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema, time))
        {
            FillRing(store);
            EventGroup group = store.CreateGroup("source");
            Fill(group["e"], Alice, 20, "given");
            group.Position = 5;
            Task<AppendAck> waiting = store.AppendGroupAsync(group).AsTask();
            Assert.That(waiting.IsCompleted, Is.False, "the ring is full");
            group.Position = 99;
            Change(group["e"], "replaced");
            group["other"].Add(Alice, TestStores.Start, 1).Set("k", 1);
            Finish(store, waiting);
            RequireWhole(store, "group");
        }

        using SignalStore again = TestStores.Open(files, Schema, time);
        RequireWhole(again, "group");
        Assert.That(again.GetResumePosition("source"), Is.EqualTo(5));
        using Sequence none = again.Read(Alice, again.Query("other").Build());
        Assert.That(none.Count, Is.Zero);
    }

    [Test]
    public void WriteRecord_BatchChangedBetweenPlanAndWrite_IsTheProducersException()
    {
        foreach (string change in new[] { "grown", "shrunk", "replaced", "cleared", "set" })
        {
            SimFileSystem files = new();
            using (SignalStore store = TestStores.Open(files, Schema, new ManualTime(TestStores.Start)))
            {
                EventBatch batch = store.CreateBatch("e");
                Fill(batch, Alice, 20, "given");
                Changing changing = new(batch, () => Change(batch, change));
                Assert.That(
                    () => store.Engine.Appender.TryAppend(changing, out _),
                    Throws.InvalidOperationException.With.Message.Contains("changed"), change);
                EventBatch others = store.CreateBatch("e");
                Fill(others, Bob, 3, "others");
                Assert.That(store.TryAppend(others, out _), change);
                store.Engine.RunPending();
                Assert.That(Count(store, Bob), Is.EqualTo(3), change);
            }

            using SignalStore again = TestStores.Open(files, Schema, new ManualTime(TestStores.Start));
            Assert.That((Count(again, Alice), Count(again, Bob)), Is.EqualTo((0, 3)), change);
        }
    }

    [TestCase("e")]
    [TestCase("other")]
    public void WriteRecord_GroupWhoseEmptyBatchGrowsBetweenPlanAndWrite_IsTheProducersException(string filled)
    {
        SimFileSystem files = new();
        using (SignalStore store = TestStores.Open(files, Schema, new ManualTime(TestStores.Start)))
        {
            EventGroup group = store.CreateGroup("source");
            group.Position = 5;
            EventBatch empty = group[filled == "e" ? "other" : "e"];
            group[filled].Add(Alice, TestStores.Start, 1);
            Changing changing = new(group, () => empty.Add(Bob, TestStores.Start, 1));
            Assert.That(
                () => store.Engine.Appender.TryAppend(changing, out _),
                Throws.InvalidOperationException.With.Message.Contains("changed"));
            store.Engine.RunPending();
        }

        using SignalStore again = TestStores.Open(files, Schema, new ManualTime(TestStores.Start));
        Assert.That((Count(again, Alice), Count(again, Bob), again.GetResumePosition("source")), Is.EqualTo((0, 0, null as long?)));
    }

    [Test]
    public async Task TryAppend_BatchThatAnotherThreadChangesAllTheTime_HarmsNobodyElse()
    {
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema, time))
        {
            EventBatch misused = store.CreateBatch("e");
            using CancellationTokenSource done = new();
            Task misuse = Task.Run(() =>
            {
                for (int round = 0; !done.IsCancellationRequested; round++)
                {
                    Quietly(() => Change(misused, (round % 3) switch { 0 => "replaced", 1 => "grown", _ => "shrunk" }));
                }
            });
            EventBatch others = store.CreateBatch("e");
            for (int i = 0; i < 300; i++)
            {
                Quietly(() => store.TryAppend(misused, out _));
                others.Clear();
                others.Add(Alice, TestStores.Start + i, (ulong)i).Set("n", (long)i).Set("text", $"given {i}").Set("h", (Half)i);
                Assert.That(store.TryAppend(others, out _), "the ring is emptied each round");
                store.Engine.RunPending();
            }

            await done.CancelAsync();
            await misuse;
        }

        using SignalStore again = TestStores.Open(files, Schema, time);
        Assert.That(Count(again, Alice), Is.EqualTo(300));
        Assert.That(again.Verify().IsIntact, "nothing that is stored is damaged");
    }

    // Whoever shares a batch between threads gets exceptions, of any kind; nobody else does.
    private static void Quietly(Action misuse)
    {
        try
        {
            misuse();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or EventRejectedException)
        {
        }
    }

    private static void FillRing(SignalStore store)
    {
        EventBatch filler = store.CreateBatch("e");
        Fill(filler, Bob, 50, new string('x', 60));
        while (store.TryAppend(filler, out _))
        {
        }
    }

    private static void Fill(EventBatch batch, UserId user, int count, string text)
    {
        for (int i = 0; i < count; i++)
        {
            batch.Add(user, TestStores.Start + i, (ulong)i).Set("n", (long)i).Set("text", $"{text} {i}").Set("h", (Half)i);
        }
    }

    private static void Change(EventBatch batch, string change)
    {
        switch (change)
        {
            case "grown":
                Fill(batch, Bob, 60, "of somebody else, and longer than before");
                break;
            case "shrunk":
                batch.Clear();
                Fill(batch, Bob, 2, "two");
                break;
            case "replaced":
                batch.Clear();
                Fill(batch, Bob, 20, "another text of another length");
                break;
            case "set":
                batch.Clear();
                Fill(batch, Alice, 20, "given");
                break;
            default:
                batch.Clear();
                break;
        }
    }

    // The waiting append goes on by itself once there is room; then its record has to be handled.
    [SuppressMessage("Usage", "NUnit1032", Justification = "Not a fixture's field.")]
    private static void Finish(SignalStore store, Task<AppendAck> waiting)
    {
        Assert.That(
            SpinWait.SpinUntil(
                () =>
                {
                    store.Engine.RunPending();
                    return waiting.IsCompleted;
                },
                TimeSpan.FromSeconds(20)),
            "the append ends");
        Assert.That(waiting.Status, Is.EqualTo(TaskStatus.RanToCompletion), waiting.Exception?.ToString());
    }

    private static void RequireWhole(SignalStore store, string change)
    {
        using Sequence all = store.Read(Alice, store.Query("e").Last(1000).OldestFirst().Build());
        Assert.That(all.Ids.ToArray(), Is.EqualTo(Enumerable.Range(0, 20).Select(i => (ulong)i)), change);
        for (int row = 0; row < all.Count; row++)
        {
            Assert.That(
                (all.Field<long>("n")[row], System.Text.Encoding.UTF8.GetString(all.Bytes("text", row)), all.Field<Half>("h")[row]),
                Is.EqualTo(((long)row, $"given {row}", (Half)row)),
                change);
        }
    }

    private static int Count(SignalStore store, UserId user)
    {
        using Sequence all = store.Read(user, store.Query("e").Last(1000).Columns().Build());
        return all.Count;
    }

    /// <summary>Is changed by another thread, so to say, after it was planned.</summary>
    private sealed class Changing(IAppendable events, Action change) : IAppendable
    {
        public int Count => events.Count;

        public ReadOnlySpan<EventBatch> Batches => events.Batches;

        public int PlanRecord()
        {
            int length = events.PlanRecord();
            change();
            return length;
        }

        public void WriteRecord(Span<byte> record) => events.WriteRecord(record);
    }
}
