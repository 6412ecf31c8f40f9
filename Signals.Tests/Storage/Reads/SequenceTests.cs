using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>The lease on an answer, its typed access, and the mistakes that a query builder names.</summary>
[Category("Fast")]
internal sealed class SequenceTests
{
    private static readonly UserId TheUser = UserId.From(3);
    private SignalStore _store = null!;
    private SequenceQuery _query = null!;

    [SetUp]
    public void SetUp()
    {
        StoreSchema schema = StoreSchema.Define(s => s
            .EventType("a", t => t.Field<int>("n").Text("text").Vector<Half>("v", 2).Field<int>("clash"))
            .EventType("b", t => t.Field<int>("n").Field<long>("clash")));
        _store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start));
        EventBatch batch = _store.CreateBatch("a");
        batch.Add(TheUser, TestStores.Start, 1).Set("n", 5).Set("text", "x");
        Assert.That(_store.TryAppend(batch, out _));
        _store.Engine.RunPending();
        _query = _store.Query("a").Columns("n", "text", "v").Build();
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Members_AfterDispose_Throw()
    {
        Sequence sequence = _store.Read(TheUser, _query);
        Assert.That(sequence.Field<int>("n")[0], Is.EqualTo(5));
        sequence.Dispose();
        sequence.Dispose();
        Assert.That(() => sequence.Count, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => sequence.Times.Length, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => sequence.Field<int>("n").Length, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => sequence.Text("text", 0), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => sequence.Status, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => default(Sequence).Count, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => default(SequenceBatch).Count, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Dispose_OfAnOldLease_LeavesItsSuccessorAlone()
    {
        Sequence old = _store.Read(TheUser, _query);
        Sequence copy = old;
        old.Dispose();
        using Sequence next = _store.Read(TheUser, _query);
        copy.Dispose();
        old.Dispose();
        Assert.That((next.Count, old == copy, old == next), Is.EqualTo((1, true, false)));
        Assert.That(() => copy.Count, Throws.InstanceOf<ObjectDisposedException>());
        using Sequence other = _store.Read(UserId.From(9), _query);
        Assert.That((next.Count, other.Count), Is.EqualTo((1, 0)), "Two leases never share a buffer.");
    }

    [Test]
    public void Access_OfTheWrongKindOrName_IsRefused()
    {
        using Sequence sequence = _store.Read(TheUser, _query);
        Assert.That(() => Read(s => s.Field<float>("n").Length), Throws.ArgumentException.With.Message.Contains("'n'"));
        Assert.That(() => Read(s => s.Field<int>("none").Length), Throws.ArgumentException.With.Message.Contains("'text'"));
        Assert.That(() => Read(s => s.Vector<float>("v").Length), Throws.ArgumentException);
        Assert.That(() => Read(s => s.Field<Half>("v").Length), Throws.ArgumentException);
        Assert.That(() => Read(s => s.Bytes("n", 0).Length), Throws.ArgumentException);
        Assert.That(() => Read(s => s.Bytes("text", 1).Length), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Read(s => s.Bytes("text", -1).Length), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Build_Mistakes_AreNamed()
    {
        Assert.That(() => _store.Query(), Throws.ArgumentException);
        Assert.That(() => _store.Query("a", "a"), Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That(() => _store.Query("z"), Throws.InstanceOf<ArgumentException>().Or.InstanceOf<KeyNotFoundException>());
        Assert.That(() => _store.Query("a").Last(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _store.Query("a").Last("b", 1), Throws.ArgumentException.With.Message.Contains("'b'"));
        Assert.That(() => _store.Query("a").Between(2, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _store.Query("a").Columns("n", "n").Build(), Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That(() => _store.Query("b").Columns("text").Build(), Throws.ArgumentException.With.Message.Contains("'text'"));
        Assert.That(() => _store.Query("a", "b").Build(), Throws.ArgumentException.With.Message.Contains("'clash'"));
        Assert.That(_store.Query("a", "b").Columns("n").Build().ColumnNames, Is.EqualTo(new[] { "n" }));
    }

    private int Read(Func<Sequence, int> access)
    {
        using Sequence sequence = _store.Read(TheUser, _query);
        return access(sequence);
    }
}
