namespace Signals.Core.Tenancy;

/// <summary>
/// Shuts a tenant off after a number of failures in a row. While the circuit is closed, every read passes. While it is open, no
/// read passes until its time is over. Then one read at a time may try: its success closes the circuit, its failure opens it
/// again. Lock-free, any thread. Times are in nanoseconds.
/// </summary>
internal sealed class Circuit(int failuresToOpen, long openNanoseconds)
{
    private const long Closed = long.MinValue;

    private long _openUntil = Closed;
    private int _failures;
    private long _opened;

    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Whether the circuit is open, also while a read tries.</summary>
    public bool IsOpen => Volatile.Read(ref _openUntil) != Closed;

    /// <summary>Asks whether a read may pass.</summary>
    /// <returns>0 when it may; otherwise the nanoseconds until a read may try.</returns>
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

        // The read that moves the time on is the one that tries. If its outcome never comes, another read may try later.
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
