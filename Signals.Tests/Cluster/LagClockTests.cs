using Signals.Orleans.Replicas;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Cluster;

[Category("Fast")]
internal sealed class LagClockTests
{
    private readonly ManualTime _time = new(1_700_000_000_000);

    [Test]
    public void Read_NothingLearnt_IsUnknown()
    {
        LagReading reading = new LagClock(_time).Read(10);
        Assert.That(reading, Is.EqualTo(new LagReading(null, null)));
    }

    [Test]
    public void Read_EndIsReached_CountsFromWhenTheLogWasAsked()
    {
        LagClock clock = new(_time);
        long askedAt = clock.Now();
        _time.NowMs += 40; // the answer of the log takes this long
        clock.Learn(askedAt, applied: 0, 10);
        _time.NowMs += 2;
        Assert.That(clock.Read(10), Is.EqualTo(new LagReading(0, TimeSpan.FromMilliseconds(42))));
    }

    [Test]
    public void Read_EndIsNotReached_KeepsTheLastProof()
    {
        LagClock clock = new(_time);
        clock.Learn(clock.Now(), applied: 0, 10);
        Assert.That(clock.Read(9), Is.EqualTo(new LagReading(1, null)));
        Assert.That(clock.Read(10).Age, Is.EqualTo(TimeSpan.Zero));
        _time.NowMs += 1000;
        clock.Learn(clock.Now(), applied: 0, 20);
        Assert.That(clock.Read(15), Is.EqualTo(new LagReading(5, TimeSpan.FromSeconds(1))));
    }

    [Test]
    public void Read_TwoEndsWait_EachIsProvenWhenItIsReached()
    {
        LagClock clock = new(_time);
        clock.Learn(clock.Now(), applied: 0, 10);
        _time.NowMs += 100;
        clock.Learn(clock.Now(), applied: 0, 20);
        Assert.That(clock.Read(10), Is.EqualTo(new LagReading(10, TimeSpan.FromMilliseconds(100))));
        Assert.That(clock.Read(20), Is.EqualTo(new LagReading(0, TimeSpan.Zero)), "the second end waited on");
    }

    [Test]
    public void Read_ProcessStoodStill_TheLagSaysForHowLong()
    {
        LagClock clock = new(_time);
        clock.Learn(clock.Now(), applied: 0, 10);
        Assert.That(clock.Read(10).Age, Is.EqualTo(TimeSpan.Zero));
        _time.NowMs += 60_000;
        Assert.That(clock.Read(10).Age, Is.EqualTo(TimeSpan.FromMinutes(1)), "nothing was learnt meanwhile");
    }

    [Test]
    public void Learn_AnswerThatWasOvertaken_ProvesNothing()
    {
        LagClock clock = new(_time);
        long early = clock.Now();
        _time.NowMs += 100;
        clock.Learn(clock.Now(), applied: 0, 10);
        clock.Learn(early, applied: 0, 5);
        Assert.That(clock.Read(10), Is.EqualTo(new LagReading(0, TimeSpan.Zero)));
    }

    [Test]
    public void Learn_ALowerEndLater_DoesNotMakeTheClaimStronger()
    {
        LagClock clock = new(_time);
        clock.Learn(clock.Now(), applied: 0, 10);
        _time.NowMs += 100;
        clock.Learn(clock.Now(), applied: 0, 8); // a new leader that has not heard of the newest end
        Assert.That(clock.Read(9).Age, Is.Null);
        Assert.That(clock.Read(10).Age, Is.EqualTo(TimeSpan.FromMilliseconds(100)), "the second answer may lack the newest end");
    }

    [Test]
    public void Learn_AnEndBelowWhatIsApplied_TakesEveryProofBack()
    {
        LagClock clock = new(_time);
        clock.Learn(clock.Now(), applied: 10, 10);
        Assert.That(clock.Read(10), Is.EqualTo(new LagReading(0, TimeSpan.Zero)));
        _time.NowMs += 100;
        clock.Learn(clock.Now(), applied: 10, 3); // the topic was made anew
        Assert.That(clock.Read(10), Is.EqualTo(new LagReading(null, null)));
        _time.NowMs += 100;
        clock.Learn(clock.Now(), applied: 10, 12);
        Assert.That(clock.Read(11), Is.EqualTo(new LagReading(1, null)));
        Assert.That(clock.Read(12), Is.EqualTo(new LagReading(0, TimeSpan.Zero)), "the log goes on where the replica is");
    }

    [Test]
    public void Read_FarBehindForLong_StaysTrueWithFewClaims()
    {
        LagClock clock = new(_time);
        List<(long Ms, long End)> acknowledged = [];
        for (int i = 1; i <= 10_000; i++)
        {
            _time.NowMs++;
            acknowledged.Add((_time.NowMs, i));
            clock.Learn(clock.Now(), applied: 0, i);
            if (i % 7 != 0)
            {
                continue;
            }

            long position = i / 2;
            LagReading reading = clock.Read(position);
            if (reading.Age is TimeSpan age)
            {
                long before = _time.NowMs - (long)age.TotalMilliseconds;
                Assert.That(acknowledged.TakeWhile(known => known.Ms < before).All(known => known.End <= position));
            }
        }

        Assert.That(clock.Read(5000).Age, Is.Not.Null.And.LessThan(TimeSpan.FromSeconds(7)));
    }
}
