using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>A position belongs to one source, and another one that comes under its name is not taken for it.</summary>
[Category("Fast")]
internal sealed class SourceIncarnationTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
    private static readonly SourceIncarnation First = SourceIncarnation.From("topic 1");
    private static readonly SourceIncarnation Second = SourceIncarnation.From("topic 2");

    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public void AppendGroup_OfAnotherIncarnation_IsRefusedUntilTheSourceIsReset()
    {
        using SignalStore store = Open(new SimFileSystem());
        Send(store, 100, First);
        EventGroup other = Group(store, 5, Second);
        Assert.That(
            () => store.AppendGroup(other),
            Throws.TypeOf<SourceChangedException>().With.Message.Contains("'a'").And.Message.Contains(First.ToString()));
        Assert.That(() => store.TryAppendGroup(other, out _), Throws.TypeOf<SourceChangedException>());
        Assert.That(store.GetSource("a"), Is.EqualTo(new SourcePosition("a", 100) { Incarnation = First }));

        Reset(store, Second);
        Assert.That(store.GetSource("a"), Is.EqualTo(new SourcePosition("a", 0) { Incarnation = Second, Generation = 1 }));
        Assert.That(() => store.AppendGroup(other), Throws.TypeOf<SourceChangedException>(), "it was made before the reset");
        Send(store, 5, Second);
        Assert.That(store.GetResumePosition("a"), Is.EqualTo(5));
        Assert.That(() => store.AppendGroup(Group(store, 6, First)), Throws.TypeOf<SourceChangedException>());
    }

    [Test]
    public void CreateGroup_SourceThatIsKnown_GoesOnAsIt()
    {
        using SignalStore store = Open(new SimFileSystem());
        Send(store, 1, First);
        EventGroup group = store.CreateGroup("a");
        Assert.That((group.Incarnation, group.Generation), Is.EqualTo((Incarnation: First, Generation: 0)));
    }

    [Test]
    public void Reopen_AfterEveryStep_KeepsIncarnationAndGeneration(
        [Values(Durability.Buffered, Durability.Synced)] Durability durability, [Values] bool abandon)
    {
        SimFileSystem files = new();
        Action<SignalStore>[] steps =
        [
            s => Send(s, 100, default),
            s => Send(s, 200, First),
            s => s.FlushAsync().GetAwaiter().GetResult(),
            s => Reset(s, Second),
            s => Send(s, 7, Second),
            s => s.CompactAsync().GetAwaiter().GetResult(),
            s => Send(s, 9, Second),
            s => Reset(s, default),
            s => s.FlushAsync().GetAwaiter().GetResult(),
        ];
        SourcePosition[] expected =
        [
            new("a", 100), new("a", 200) { Incarnation = First }, new("a", 200) { Incarnation = First },
            new("a", 0) { Incarnation = Second, Generation = 1 },
            new("a", 7) { Incarnation = Second, Generation = 1 }, new("a", 7) { Incarnation = Second, Generation = 1 },
            new("a", 9) { Incarnation = Second, Generation = 1 }, new("a", 0) { Generation = 2 }, new("a", 0) { Generation = 2 },
        ];
        for (int i = 0; i < steps.Length; i++)
        {
            using (SignalStore store = Open(files, durability))
            {
                steps[i](store);
                Assert.That(store.GetSource("a"), Is.EqualTo(expected[i]), $"step {i}");
                if (abandon)
                {
                    store.Engine.Close(abandon: true);
                }
            }

            using SignalStore again = Open(files, durability);
            Assert.That(again.GetSource("a"), Is.EqualTo(expected[i]), $"reopened after step {i}");
        }
    }

    [Test]
    public void ResetSource_WhereAcknowledgementsComeBeforeReads_WaitsUntilThePositionIsSeen()
    {
        using SignalStore store = Open(new SimFileSystem(), Durability.InMemory);
        Send(store, 100, First);
        store.AppendGroup(Group(store, 200, First));
        Assert.That(store.ResetSourceAsync("a", Second).AsTask().Wait(TimeSpan.FromSeconds(10)), Is.True);
        Assert.That(store.GetSource("a"), Is.EqualTo(new SourcePosition("a", 0) { Incarnation = Second, Generation = 1 }));
    }

    [Test]
    public void IsAfter_OfAnyPositions_IsATotalOrder()
    {
        SourceIncarnation[] incarnations = [default, First, SourceIncarnation.OfBeginning([1]), SourceIncarnation.OfBeginning([1, 2])];
        SourcePosition[] all =
        [
            .. from generation in new[] { 0, 1 } from position in new long[] { 0, 5 } from incarnation in incarnations
               select new SourcePosition("a", position) { Generation = generation, Incarnation = incarnation },
        ];
        foreach (SourcePosition a in all)
        {
            foreach (SourcePosition b in all)
            {
                Assert.That((a.IsAfter(b) ? 1 : 0) + (b.IsAfter(a) ? 1 : 0), Is.EqualTo(a == b ? 0 : 1), $"{a} {b}");
            }
        }
    }

    [Test]
    public void MayGoOnAs_AFingerprintThatGrows_IsTheSameSource()
    {
        SourceIncarnation small = SourceIncarnation.OfBeginning([1]);
        SourceIncarnation grown = SourceIncarnation.OfBeginning([1, 2]);
        Assert.That(default(SourceIncarnation).MayGoOnAs(small) && small.MayGoOnAs(grown) && small.MayGoOnAs(small), Is.True);
        Assert.That(grown.MayGoOnAs(small) || small.MayGoOnAs(First) || First.MayGoOnAs(grown) || First.MayGoOnAs(default), Is.False);
        Assert.That(SourceIncarnation.OfBeginning([]).IsNone, Is.True);
        Assert.That(SourceIncarnation.OfBeginning(new byte[5000]), Is.EqualTo(SourceIncarnation.OfBeginning(new byte[4096])));
    }

    private static void Reset(SignalStore store, SourceIncarnation incarnation)
    {
        ValueTask<AppendAck> acknowledged = store.ResetSourceAsync("a", incarnation);
        store.Engine.RunPending();
        acknowledged.AsTask().GetAwaiter().GetResult();
    }

    private static void Send(SignalStore store, long position, SourceIncarnation incarnation)
    {
        store.AppendGroup(Group(store, position, incarnation));
        store.Engine.RunPending();
    }

    private static EventGroup Group(SignalStore store, long position, SourceIncarnation incarnation)
    {
        EventGroup group = store.CreateGroup("a");
        (group.Position, group.Incarnation) = (position, incarnation);
        group["view"].Add(UserId.From(1), TestStores.Start, (ulong)position).Set("n", 1);
        return group;
    }

    private SignalStore Open(SimFileSystem files, Durability durability = Durability.Buffered) =>
        TestStores.Open(files, Schema, _time, TestStores.Tiny with { Durability = durability });
}
