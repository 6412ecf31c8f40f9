using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>Groups of events that a source sends with its position.</summary>
[Category("Fast")]
internal sealed class SourceTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n")).EventType("click", t => t.Text("where")));

    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public void GetResumePosition_NothingSent_IsNull()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        Assert.That(store.GetResumePosition("a"), Is.Null);
        Assert.That(store.GetResumePositions(), Is.Empty);
    }

    [Test]
    public void AppendGroup_SeveralTypes_ShowsEventsAndPosition()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        EventGroup group = store.CreateGroup("a");
        group["view"].Add(UserId.From(1), TestStores.Start, 1).Set("n", 5);
        group["click"].Add(UserId.From(1), TestStores.Start + 1, 2).Set("where", "here");
        group.Position = 40;
        Send(store, group);

        using Sequence seen = store.Read(UserId.From(1), store.Query("view", "click").Last(10).Build());
        Assert.That(seen.Ids.ToArray(), Is.EqualTo(new ulong[] { 2, 1 }));
        Assert.That(seen.Text("where", 0), Is.EqualTo("here"));
        Assert.That(store.GetResumePosition("a"), Is.EqualTo(40));
    }

    [Test]
    public void AppendGroup_PositionBehind_LeavesTheGreater()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        EventGroup group = store.CreateGroup("a");
        foreach (long position in new long[] { 10, 30, 20 })
        {
            group.Position = position;
            Send(store, group);
        }

        Assert.That(store.GetResumePosition("a"), Is.EqualTo(30));
    }

    [Test]
    public void Reopen_AfterKillFlushAndCompaction_KeepsEverySource([Values(Durability.Buffered, Durability.Synced)] Durability durability)
    {
        SimFileSystem files = new();
        using (SignalStore store = Open(files, durability))
        {
            Send(store, "b", 1);
            store.FlushAsync().GetAwaiter().GetResult();
            Send(store, "a", 2);
            store.CompactAsync().GetAwaiter().GetResult();
            Send(store, "c", 3);
            store.Engine.Close(abandon: true);
        }

        SourcePosition[] expected = [new("a", 2), new("b", 1), new("c", 3)];
        for (int i = 0; i < 2; i++)
        {
            using SignalStore again = Open(files, durability);
            Assert.That(again.GetResumePositions(), Is.EqualTo(expected), $"open {i}");
        }
    }

    [Test]
    public void Dispose_InMemory_KeepsPositionsWithTheirEvents()
    {
        SimFileSystem files = new();
        using (SignalStore store = Open(files, Durability.InMemory))
        {
            Send(store, "a", 7);
        }

        using (SignalStore store = Open(files, Durability.InMemory))
        {
            EventGroup empty = store.CreateGroup("a");
            empty.Position = 9;
            Send(store, empty);
        }

        using SignalStore again = Open(files, Durability.InMemory);
        Assert.That(again.GetResumePosition("a"), Is.EqualTo(9));
    }

    [Test]
    public void AppendGroup_TooLarge_IsRefusedWhole()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        EventGroup group = store.CreateGroup("a");
        group.Position = 1;
        group["view"].Add(UserId.From(1), TestStores.Start, 1);
        group["click"].Add(UserId.From(1), TestStores.Start, 1).Set("where", new string('x', 20_000));
        Assert.That(() => store.AppendGroup(group), Throws.TypeOf<EventRejectedException>());
        store.Engine.RunPending();
        Assert.That(
            (store.GetResumePosition("a"), store.GetStats().EventsRejected, store.GetStats().EventsApplied),
            Is.EqualTo(((long?)null, 2L, 0L)));
    }

    [Test]
    public void AppendGroup_OfAnotherStore_IsRefused()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        StoreSchema foreign = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
        Assert.That(() => store.AppendGroup(new EventGroup(foreign, "a")), Throws.InstanceOf<ArgumentException>());
    }

    private static void Send(SignalStore store, string source, long position)
    {
        EventGroup group = store.CreateGroup(source);
        group["view"].Add(UserId.From((ulong)position), TestStores.Start, (ulong)position).Set("n", 1);
        group.Position = position;
        Send(store, group);
    }

    private static void Send(SignalStore store, EventGroup group)
    {
        store.AppendGroup(group);
        store.Engine.RunPending();
    }

    private SignalStore Open(SimFileSystem files, Durability durability) =>
        TestStores.Open(files, Schema, _time, TestStores.Tiny with { Durability = durability });
}
