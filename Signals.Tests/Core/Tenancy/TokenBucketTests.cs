using Signals.Core.Tenancy;

namespace Signals.Tests.Core.Tenancy;

[Category("Fast")]
internal sealed class TokenBucketTests
{
    private const long Second = 1_000_000_000;

    [Test]
    public void TryTake_BurstThenRate_IsExact()
    {
        var bucket = new TokenBucket(tokensPerSecond: 10, burstSeconds: 0.5);
        long now = 7 * Second;
        Assert.That(
            Enumerable.Range(0, 6).Select(_ => bucket.TryTake(now) == 0), Is.EqualTo(new[] { true, true, true, true, true, false }));
        Assert.That(bucket.TryTake(now), Is.EqualTo(Second / 10));
        Assert.That(bucket.TryTake(now + (Second / 10) - 1), Is.EqualTo(1));
        Assert.That(bucket.TryTake(now + (Second / 10)), Is.Zero);
        Assert.That(bucket.TryTake(now + (Second / 10)), Is.Not.Zero);
    }

    [Test]
    public void TryTake_AfterALongRest_IsNoMoreThanTheBurst()
    {
        var bucket = new TokenBucket(10, 0.5);
        Assert.That(Enumerable.Range(0, 100).Count(_ => bucket.TryTake(1_000_000 * Second) == 0), Is.EqualTo(5));
    }

    [Test]
    public void TryTake_RateBelowOneABurst_LetsOneIn()
    {
        var bucket = new TokenBucket(0.1, 1);
        Assert.That(
            new[] { bucket.TryTake(0), bucket.TryTake(Second), bucket.TryTake(10 * Second) }, Is.EqualTo(new[] { 0, 9 * Second, 0 }));
    }

    [Test]
    public void Charge_MoreThanThereIs_MakesTheNextWait()
    {
        var bucket = new TokenBucket(100, 1);
        Assert.That(bucket.Wait(0), Is.Zero);
        bucket.Charge(0, 250);
        Assert.That(bucket.Wait(0), Is.EqualTo(Second * 3 / 2));
        Assert.That(bucket.Wait(Second * 3 / 2), Is.Zero);
    }

    [Test]
    public void Charge_AnythingAtAll_NeverOverflows()
    {
        var bucket = new TokenBucket(0.001, 1);
        for (int i = 0; i < 100; i++)
        {
            bucket.Charge(long.MaxValue / 8, long.MaxValue);
        }

        Assert.That(bucket.Wait(long.MaxValue / 8), Is.Positive);
    }

    [Test]
    public void TryTake_ManyThreads_GivesNoMoreThanTheBurst()
    {
        const int Tokens = 5_000_000;
        var bucket = new TokenBucket(Tokens, 1);
        using var start = new Barrier(2);
        int[] taken = new int[2];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            for (int i = 0; i < Tokens; i++)
            {
                taken[thread] += bucket.TryTake(5 * Second) == 0 ? 1 : 0;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.That(taken.Sum(), Is.EqualTo(Tokens));
    }
}
