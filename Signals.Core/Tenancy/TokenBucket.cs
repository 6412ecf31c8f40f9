namespace Signals.Core.Tenancy;

/// <summary>
/// A rate with a burst, by the generic cell rate algorithm: one number holds the time until which all use so far is paid for.
/// Lock-free, any thread. Times are nanoseconds of any monotonic clock.
/// </summary>
internal sealed class TokenBucket
{
    private readonly double _nanosecondsPerToken;
    private readonly long _burstNanoseconds;
    private long _paidUntil = long.MinValue / 2;

    public TokenBucket(double tokensPerSecond, double burstSeconds)
    {
        _nanosecondsPerToken = 1e9 / tokensPerSecond;
        // A bucket that cannot hold one token would never admit anything.
        _burstNanoseconds = (long)Math.Max(burstSeconds * 1e9, Math.Ceiling(_nanosecondsPerToken));
    }

    /// <summary>Takes one token.</summary>
    /// <returns>0 when it was taken; otherwise the nanoseconds until there is a token.</returns>
    public long TryTake(long now)
    {
        while (true)
        {
            long before = Volatile.Read(ref _paidUntil);
            long after = Math.Max(before, now) + (long)_nanosecondsPerToken;
            long wait = after - now - _burstNanoseconds;
            if (wait > 0)
            {
                return wait;
            }

            if (Interlocked.CompareExchange(ref _paidUntil, after, before) == before)
            {
                return 0;
            }
        }
    }

    /// <summary>The nanoseconds until what was charged is within the burst again; 0 when it is.</summary>
    public long Wait(long now) => Math.Max(0, Math.Max(Volatile.Read(ref _paidUntil), now) - now - _burstNanoseconds);

    /// <summary>Takes tokens that were already used, even when there are none left.</summary>
    public void Charge(long now, long tokens)
    {
        long cost = (long)Math.Min(tokens * _nanosecondsPerToken, long.MaxValue / 4);
        while (true)
        {
            long before = Volatile.Read(ref _paidUntil);
            // The debt is capped, so that it cannot overflow.
            long after = Math.Min(Math.Max(before, now) + cost, now + long.MaxValue / 4);
            if (Interlocked.CompareExchange(ref _paidUntil, after, before) == before)
            {
                return;
            }
        }
    }
}
