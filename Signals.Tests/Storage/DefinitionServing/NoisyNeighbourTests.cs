using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>One tenant throws, loops or floods; what of it is bounded, and that another's reads are what they were before.</summary>
[NonParallelizable]
internal sealed class NoisyNeighbourTests
{
    private const int Events = 600;
    private static readonly UserId User = UserId.From(1UL);

    private ManualTime _time = null!;
    private SignalStore _store = null!;
    private byte[] _expected = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTime(TestStores.Start + 10_000);
        _store = FeedSample.Open(_time);
        FeedSample.Fill(_store, users: 3, Events);
        _expected = Embeddings();
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_NeighbourThrows_ItsCodeIsCalledNoMoreAndTheOtherIsServed()
    {
        int calls = 0;
        RegisterNeighbour(_ =>
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("the host's");
        });
        Tenant neighbour = _store.Tenants.Register("noisy", new TenantOptions { FailuresToOpen = 3 });
        Tenant victim = _store.Tenants.Register("tests", new TenantOptions { MaxConcurrency = 1 });
        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            refused += Refusal() == TenantRefusal.CircuitOpen ? 1 : 0;
            Assert.That(Embeddings(), Is.EqualTo(_expected));
        }

        Assert.That((calls, refused, neighbour.Stats().Failed), Is.EqualTo((Calls: 3, Refused: 197, Failed: 3L)));
        Assert.That((victim.Stats().Failed, victim.Stats().Succeeded), Is.EqualTo((Failed: 0L, Succeeded: 200L)));
    }

    [Test]
    public void Read_NeighbourNeverEnds_HoldsItsOwnThreadsAloneAndNothingOfTheStore()
    {
        const int Most = 2;
        using ManualResetEventSlim release = new();
        using CountdownEvent stuck = new(Most);
        RegisterNeighbour(_ =>
        {
            stuck.Signal();
            release.Wait();
            return true;
        }, last: 1);
        Tenant neighbour = _store.Tenants.Register("noisy", new TenantOptions { MaxConcurrency = Most });
        Task[] reads = [.. Enumerable.Range(0, Most)
            .Select(_ => Task.Factory.StartNew(() => _store.Read(User, "noisy").Dispose(), TaskCreationOptions.LongRunning))];
        try
        {
            Assert.That(stuck.Wait(TimeSpan.FromSeconds(60)), Is.True, "the neighbour's reads never began");
            Assert.That(Refusal(), Is.EqualTo(TenantRefusal.Concurrency));
            Assert.That(Embeddings(), Is.EqualTo(_expected));

            // What is stuck keeps no version of the store: events come in, tables are written and merged, and their files go.
            EventBatch batch = _store.CreateBatch("view");
            batch.Add(UserId.From(9UL), TestStores.Start, 1).Set("dwell", 2f).Set("surface", 1);
            _store.Append(batch);
            _store.CompactAsync().GetAwaiter().GetResult();
            using ServedSequence fresh = _store.Read(UserId.From(9UL), "home_feed");
            Assert.That(fresh.Count, Is.EqualTo(1));
            Assert.That(Embeddings(), Is.EqualTo(_expected));
            Assert.That(neighbour.Stats().Running, Is.EqualTo(Most));
        }
        finally
        {
            release.Set();
            Task.WaitAll(reads);
        }

        Assert.That((neighbour.Stats().Running, neighbour.Stats().Succeeded), Is.EqualTo((Running: 0L, Succeeded: (long)Most)));
    }

    [Test]
    public void Read_NeighbourIsSlow_EndsSoonAfterItsDeadline()
    {
        int calls = 0;
        RegisterNeighbour(_ =>
        {
            calls++;
            _time.NowMs++;
            return true;
        }, last: Events);
        using ServedSequence slow = _store.Read(User, "noisy", new ReadOptions { Deadline = TimeSpan.FromMilliseconds(100) });
        Assert.That(slow.Status, Is.EqualTo(ServingStatus.Truncated));
        Assert.That(calls, Is.InRange(100, 163), "it is looked at the deadline after 64 rows");
        Assert.That(slow.Count, Is.InRange(1, calls));
        using ServedSequence whole = _store.Read(User, "noisy", new ReadOptions { Deadline = TimeSpan.FromDays(1) });
        Assert.That((whole.Status, whole.Count), Is.EqualTo((ServingStatus.Complete, Events)));
        Assert.That(slow.Ids.ToArray(), Is.EqualTo(whole.Ids[..slow.Count].ToArray()));
    }

    [Test]
    public void Read_NeighbourFloods_IsRefusedBeyondItsRateAndTheOtherReadsAllItWants()
    {
        RegisterNeighbour(_ => true);
        Tenant neighbour = _store.Tenants.Register("noisy", new TenantOptions { ReadsPerSecond = 10 });
        Tenant victim = _store.Tenants.Register("tests", new TenantOptions { ReadsPerSecond = 10_000 });
        TenantRefusal[] outcomes = [.. Enumerable.Range(0, 1000).Select(_ => Refusal())];
        for (int i = 0; i < 100; i++)
        {
            Assert.That(Embeddings(), Is.EqualTo(_expected));
        }

        Assert.That(outcomes.Count(outcome => outcome == TenantRefusal.None), Is.EqualTo(10));
        Assert.That(
            (neighbour.Stats().RefusedByReads, victim.Stats().Succeeded, victim.Stats().RefusedByReads),
            Is.EqualTo((990L, 100L, 0L)));
    }

    private TenantRefusal Refusal()
    {
        try
        {
            _store.Read(User, "noisy").Dispose();
            return TenantRefusal.None;
        }
        catch (TenantRefusedException refused)
        {
            return refused.Reason;
        }
    }

    private void RegisterNeighbour(Func<float, bool> condition, int last = 100) => _store.Definitions.Register(
        SequenceDefinition.Create("noisy").OwnedBy("noisy").From("view", v => v.Last(last))
            .Where(Predicate.Host("dwell", condition)).Size(last).Build());

    private byte[] Embeddings()
    {
        using ServedSequence answer = _store.Read(User, "home_feed");
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(answer.Vector<Half>("embedding")).ToArray();
    }
}
