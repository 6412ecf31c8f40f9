using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>A lease without its kind is the lease of the answer that it comes from, and of no other.</summary>
[Category("Fast")]
internal sealed class SequenceLeaseTests
{
    private static readonly UserId TheUser = UserId.From(3);
    private SignalStore _store = null!;
    private SequenceQuery _query = null!;

    [SetUp]
    public void SetUp()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("a", t => t.Field<int>("n")));
        _store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start));
        EventBatch batch = _store.CreateBatch("a");
        batch.Add(TheUser, TestStores.Start, 1).Set("n", 5);
        Assert.That(_store.TryAppend(batch, out _));
        _store.Engine.RunPending();
        _query = _store.Query("a").Columns("n").Build();
        _store.Definitions.Register(
            SequenceDefinition.Create("feed").OwnedBy("tests").From("a", from => from.Last(5)).Size(5).Columns("n").Build());
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Of_TheLeaseOfAnAnswer_IsThatAnswer()
    {
        Sequence plain = _store.Read(TheUser, _query);
        ServedSequence served = _store.Read(TheUser, "feed");
        Assert.That(
            (Sequence.Of(plain.Lease) == plain, ServedSequence.Of(served.Lease) == served, plain.Lease == served.Lease),
            Is.EqualTo((true, true, false)));
        Assert.That((Sequence.Of(plain.Lease).Field<int>("n")[0], ServedSequence.Of(served.Lease).Field<int>("n")[0]), Is.EqualTo((5, 5)));
        Sequence.Of(plain.Lease).Dispose();
        ServedSequence.Of(served.Lease).Dispose();
        Assert.That(() => plain.Count, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => served.Count, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Of_ALeaseThatHasEnded_LeavesItsSuccessorAlone()
    {
        Sequence plain = _store.Read(TheUser, _query);
        SequenceLease old = plain.Lease;
        plain.Dispose();
        using Sequence next = _store.Read(TheUser, _query); // in the same memory
        ServedSequence served = _store.Read(TheUser, "feed");
        SequenceLease oldServed = served.Lease;
        served.Dispose();
        using ServedSequence nextServed = _store.Read(TheUser, "feed");
        Assert.That(() => Sequence.Of(old).Count, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => ServedSequence.Of(oldServed).Count, Throws.InstanceOf<ObjectDisposedException>());
        Sequence.Of(old).Dispose();
        ServedSequence.Of(oldServed).Dispose();
        Assert.That((next.Count, nextServed.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Of_ALeaseOfTheOtherKind_SaysWhichItIs()
    {
        using Sequence plain = _store.Read(TheUser, _query);
        using ServedSequence served = _store.Read(TheUser, "feed");
        Assert.That(() => Sequence.Of(served.Lease), Throws.ArgumentException.With.Message.Contains("not that of a Sequence"));
        Assert.That(() => ServedSequence.Of(plain.Lease), Throws.ArgumentException.With.Message.Contains("not that of a ServedSequence"));
    }

    [Test]
    public void Of_TheDefault_IsTheDefault()
    {
        Assert.That((Sequence.Of(default) == default, ServedSequence.Of(default) == default), Is.EqualTo((true, true)));
        Assert.That(default(Sequence).Lease, Is.EqualTo(default(SequenceLease)));
    }
}
