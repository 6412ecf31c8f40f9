namespace Signals.Core.Tenancy;

/// <summary>
/// Shuts a tenant off after failures in a row. Closed: everything passes. Open: nothing passes until its time is over. Then one read at a
/// time may try: its success closes the circuit, its failure opens it again. Lock-free, any thread; times are nanoseconds.
/// </summary>
internal sealed class Circuit(int failuresToOpen, long openNanoseconds)
{
    private const long Closed = long.MinValue;

    private long _openUntil = Closed;
    private int _failures;
    private long _opened;

    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Whether it is open, a try that is under way included.</summary>
    public bool IsOpen => Volatile.Read(ref _openUntil) != Closed;

    /// <summary>Asks for passage.</summary>
    /// <returns>0, or the nanoseconds until a read may try.</returns>
    public long TryPass(long now)
    {
        long until = Volatile.Read(ref _openUntil);
        if (until == Closed)
        {
            return 0;
        }

        if (now < until)
        {
            return until - now;
        }

        // Whoever moves the time on is the one that tries; if its outcome never comes, another may try later.
        return Interlocked.CompareExchange(ref _openUntil, now + openNanoseconds, until) == until ? 0 : openNanoseconds;
    }

    public void Succeed()
    {
        if (Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
        }

        if (Volatile.Read(ref _openUntil) != Closed)
        {
            Volatile.Write(ref _openUntil, Closed);
        }
    }

    public void Fail(long now)
    {
        if (Interlocked.Increment(ref _failures) >= failuresToOpen)
        {
            if (Interlocked.Exchange(ref _openUntil, now + openNanoseconds) == Closed)
            {
                Interlocked.Increment(ref _opened);
            }
        }
    }
}
