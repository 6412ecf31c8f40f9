using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>
/// Three types, two conditions, dedup, a stored and a serving-time enrichment of 64 halves, 256 rows: warm reads allocate
/// nothing.
/// </summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class ServingAllocationTests
{
    private const int Rounds = 100;
    private const int Users = 20;

    private SignalStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _store = FeedSample.Open(new ManualTime(TestStores.Start + 10_000));
        FeedSample.Fill(_store, Users, perType: 600);
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_Warm_AllocatesNothing() => Assert.That(Allocations.LeastOf(() =>
    {
        using ServedSequence answer = _store.Read(UserId.From(1UL), "home_feed");
        if (answer.Status != ServingStatus.Complete || answer.Vector<Half>("embedding").Length != FeedSample.Size * 64
            || answer.Field<int>("category").Length != FeedSample.Size)
        {
            throw new InvalidOperationException($"{answer.Count} events, {answer.Status}.");
        }
    }), Is.Zero);

    [Test]
    public void Read_WarmWithAReceipt_AllocatesNothing()
    {
        using SignalStore store = FeedSample.Open(new ManualTime(TestStores.Start + 10_000), new VersionRetention());
        FeedSample.Fill(store, Users, perType: 600);
        byte[] logged = new byte[SequenceReceipt.Bytes];
        Assert.That(Allocations.LeastOf(() =>
        {
            using ServedSequence answer = store.Read(UserId.From(1UL), "home_feed", new ReadOptions { WithReceipt = true });
            if (!answer.Receipt.TryWrite(logged) || !SequenceReceipt.TryRead(logged, out SequenceReceipt read)
                || read.Length != FeedSample.Size)
            {
                throw new InvalidOperationException($"{answer.Receipt}");
            }
        }), Is.Zero);

        UserId[] users = [.. Enumerable.Range(1, Users).Select(user => UserId.From((ulong)user))];
        TensorSet set = new TensorSet().Bind<float>("numbers", new float[Users * FeedSample.Size * 6]);
        Assert.That(Allocations.LeastOf(() => store.ReadTensors(users, "home_feed", set, new ReadOptions { WithReceipt = true })), Is.Zero);
        Assert.That(set.Receipts.Length, Is.EqualTo(Users));
    }

    [Test]
    public void Read_WarmWithinAQuota_AllocatesNothing()
    {
        Tenant tenant = _store.Tenants.Register("tests", new TenantOptions { RowsPerSecond = 1e9, MaxConcurrency = 1 });
        Assert.That(Allocations.LeastOf(() => _store.Read(UserId.From(1UL), "home_feed").Dispose()), Is.Zero);
        Assert.That(tenant.Stats().Rows, Is.GreaterThanOrEqualTo(Rounds * FeedSample.Size));
    }

    [Test]
    public void Read_WarmWithOverrides_AllocatesNothing()
    {
        Parameter dwell = Parameter.Number("min_dwell", 0, minimum: 0, maximum: 4);
        _store.Definitions.Register(SequenceDefinition.Create("tuned").OwnedBy("tests").Parameters(dwell)
            .From("view", v => v.Last(100)).Where(Predicate.OnColumn("dwell").AtLeast(dwell)).Size(100).Columns("dwell").Build());
        Assert.That(Allocations.LeastOf(() =>
        {
            using ServedSequence answer = _store.Read(UserId.From(1UL), "tuned", [new("min_dwell", 2.5)]);
            if (answer.Count == 0 || answer.Field<float>("dwell")[0] < 2.5f)
            {
                throw new InvalidOperationException($"{answer.Count} events, {answer.Status}.");
            }
        }), Is.Zero);
    }

    [Test]
    public void ReadTensors_Warm_AllocatesNothing()
    {
        UserId[] users = [.. Enumerable.Range(1, Users).Select(user => UserId.From((ulong)user))];
        TensorSet set = new TensorSet()
            .Bind<Half>("embedding", new Half[Users * FeedSample.Size * 64])
            .Bind<float>("numbers", new float[Users * FeedSample.Size * 6])
            .Bind<long>("items", new long[Users * FeedSample.Size])
            .Bind<float>("mask", new float[Users * FeedSample.Size]);
        Assert.That(Allocations.LeastOf(() =>
        {
            _store.ReadTensors(users, "home_feed", set);
            if (set.Lengths[^1] != FeedSample.Size)
            {
                throw new InvalidOperationException($"{set.Lengths[^1]} events, {set.Statuses[^1]}.");
            }
        }), Is.Zero);
    }
}
