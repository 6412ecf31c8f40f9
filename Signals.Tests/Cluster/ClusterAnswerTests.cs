using System.Runtime.CompilerServices;
using Signals.Orleans;
using Signals.Orleans.Replicas;

namespace Signals.Tests.Cluster;

/// <summary>An answer keeps what it was given, in the bytes that a local read can afford to copy.</summary>
[Category("Fast")]
internal sealed class ClusterAnswerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Test]
    public void Init_EveryCombination_ComesBack(
        [Values(null, 0L, 7L, long.MaxValue)] long? records, [Values(null, 0L, 1L, -1L, long.MaxValue)] long? ticks,
        [Values] bool isComplete, [Values] bool isLocal, [Values] ReplicaRole role)
    {
        TimeSpan? lag = ticks is long some ? new TimeSpan(some) : null;
        ClusterAnswer answer = new()
        {
            IsLocal = isLocal,
            IsComplete = isComplete,
            Lag = lag,
            LagRecords = records,
            Role = role,
            Position = long.MaxValue - 1,
            Partition = int.MaxValue,
        };
        Assert.That(
            (answer.Partition, answer.Position, answer.Role, answer.LagRecords, answer.Lag, answer.IsComplete, answer.IsLocal),
            Is.EqualTo((int.MaxValue, long.MaxValue - 1, role, records, lag, isComplete, isLocal)));
    }

    [Test]
    public void Init_NothingKnown_IsTheDefault()
    {
        ClusterAnswer nothing = new()
        {
            Partition = 0,
            Position = 0,
            Role = ReplicaRole.Standby,
            LagRecords = null,
            Lag = null,
            IsComplete = false,
            IsLocal = false,
        };
        Assert.That(nothing, Is.EqualTo(default(ClusterAnswer)));
        Assert.That(nothing with { Lag = TimeSpan.Zero }, Is.Not.EqualTo(nothing), "a lag of zero is known");
        Assert.That(nothing with { LagRecords = 0 }, Is.Not.EqualTo(nothing));
    }

    [Test]
    public void With_AValueThatIsTakenBack_IsEqualAgain()
    {
        ClusterAnswer answer = new ReadPromise(3, 10, ReplicaRole.Owner, new LagProof(5, 0), IsLocal: true)
            .At(2_000, new StampClock(new Stamps(1_000)), Limit);
        ClusterAnswer later = answer with { Lag = null, LagRecords = null, IsLocal = false, IsComplete = true };
        Assert.That(later, Is.Not.EqualTo(answer));
        Assert.That(
            later with { Lag = answer.Lag, LagRecords = answer.LagRecords, IsLocal = true, IsComplete = false }, Is.EqualTo(answer));
    }

    [TestCase(1_000, 1_000, ExpectedResult = true, Description = "exactly as late as it may be")]
    [TestCase(1_000, 1_001, ExpectedResult = false)]
    [TestCase(10_000_000, 10_000_001, ExpectedResult = false)]
    [TestCase(1_000_000_000, 1_000_000_099, ExpectedResult = true, Description = "less than one tick late")]
    [TestCase(1_000_000_000, 1_000_000_100, ExpectedResult = false)]
    public bool At_ALagAtTheLimit_SaysWhetherItIsComplete(long frequency, long moment)
    {
        ClusterAnswer answer = new ReadPromise(0, 0, ReplicaRole.Owner, new LagProof(0, 0), IsLocal: true)
            .At(moment, new StampClock(new Stamps(frequency)), Limit);
        Assert.That(answer.IsComplete, Is.EqualTo(answer.Lag <= Limit));
        return answer.IsComplete;
    }

    [Test]
    public void At_NothingIsProven_HasNoLagAndIsNotComplete()
    {
        ClusterAnswer answer = new ReadPromise(0, 9, ReplicaRole.Owner, new LagProof(LagProof.Unknown, LagProof.Never), IsLocal: true)
            .At(5, new StampClock(new Stamps(1_000)), TimeSpan.MaxValue);
        Assert.That((answer.Lag, answer.LagRecords, answer.IsComplete), Is.EqualTo(((TimeSpan?)null, (long?)null, false)));
    }

    [Test]
    public void Between_AnyFrequency_IsWhatTheTimeProviderSays(
        [Values(1_000, 10_000_000, 24_000_000, 1_000_000_000, 3_579_545)] long frequency)
    {
        Stamps time = new(frequency);
        StampClock clock = new(time);
        Random random = new(7);
        for (int i = 0; i < 1_000; i++)
        {
            (long from, long to) = (random.NextInt64(1L << 50), random.NextInt64(1L << 50));
            Assert.That(clock.Between(from, to), Is.EqualTo(time.GetElapsedTime(from, to)));
        }
    }

    [Test]
    public void Size_OfAnAnswer_IsWhatALocalReadCanAfford() => Assert.That(
        (Unsafe.SizeOf<ClusterAnswer>(), Unsafe.SizeOf<ClusterSequence>()), Is.EqualTo((32, 32 + Unsafe.SizeOf<SequenceLease>() + 8)));

    private sealed class Stamps(long frequency) : TimeProvider
    {
        public override long TimestampFrequency => frequency;
    }
}
