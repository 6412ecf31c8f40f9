namespace Signals.Orleans.Replicas;

/// <summary>
/// Turns ends of a log, as they are learnt, into a proof of how late a replica is: once everything below an end is applied, then
/// everything that was acknowledged before somebody asked for that end is applied.
/// </summary>
/// <remarks>
/// Thread contract: any thread; a reading takes no lock unless it reaches an end that waits to be proven. Invariant: the claims that
/// wait have rising ends and rising times, at most <see cref="MaxClaims"/> of them. Times are those of a monotonic clock, so a process
/// that stood still knows afterwards for how long.
/// </remarks>
internal sealed class LagClock(TimeProvider time)
{
    internal const int MaxClaims = 64;
    private const long Never = LagProof.Never;
    private const long NoEnd = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly List<(long AskedAt, long End)> _claims = []; // Those that are not reached yet, oldest first.
    private long _lastAskedAt = Never;
    private long _provenAt = Never;
    private long _lastEnd = -1;
    private bool _isContradicted; // The last answer of the log ended before what was applied already.
    private long _nextEnd = NoEnd; // The lowest end of the claims.

    /// <summary>The moment to give to <see cref="Learn"/>. Take it before you ask the log for its end.</summary>
    public long Now() => time.GetTimestamp();

    /// <summary>Takes in an end of the log.</summary>
    /// <param name="askedAt">When the log was asked, from <see cref="Now"/>: before the request was sent.</param>
    /// <param name="applied">
    /// The replica's position, taken before the log was asked. A log that ends before it is not the one that the replica has read, or
    /// has lost its tail: then nothing is known any more.
    /// </param>
    /// <param name="end">The offset after the last acknowledged record.</param>
    public void Learn(long askedAt, long applied, long end)
    {
        lock (_lock)
        {
            if (askedAt <= _lastAskedAt)
            {
                return; // An answer that was overtaken proves nothing more.
            }

            _lastAskedAt = askedAt;

            Volatile.Write(ref _isContradicted, end < applied);
            if (end < applied)
            {
                _claims.Clear();
                Volatile.Write(ref _nextEnd, NoEnd);
                Volatile.Write(ref _provenAt, Never);
                return;
            }

            // What was acknowledged stays so. A new leader may not know the newest end at once, and then its answer proves nothing.
            if (end < _lastEnd)
            {
                return;
            }

            Volatile.Write(ref _lastEnd, end);
            if (_claims.Count == MaxClaims)
            {
                ThinLocked();
            }

            _claims.Add((askedAt, end));
            Volatile.Write(ref _nextEnd, _claims[0].End);
        }
    }

    /// <summary>What is known now when everything below <paramref name="position"/> is applied.</summary>
    public LagReading Read(long position)
    {
        LagProof proof = Prove(position);
        return new LagReading(proof.Records, proof.IsKnown ? time.GetElapsedTime(proof.Since) : null);
    }

    /// <summary>What is proven when everything below <paramref name="position"/> is applied.</summary>
    public LagProof Prove(long position)
    {
        if (position >= Volatile.Read(ref _nextEnd))
        {
            Reach(position);
        }

        long end = Volatile.Read(ref _lastEnd);
        return new LagProof(
            end < 0 || Volatile.Read(ref _isContradicted) ? LagProof.Unknown : Math.Max(0, end - position),
            Volatile.Read(ref _provenAt));
    }

    private void Reach(long position)
    {
        lock (_lock)
        {
            int reached = 0;
            while (reached < _claims.Count && _claims[reached].End <= position)
            {
                Volatile.Write(ref _provenAt, _claims[reached].AskedAt);
                reached++;
            }

            _claims.RemoveRange(0, reached);
            Volatile.Write(ref _nextEnd, _claims.Count > 0 ? _claims[0].End : NoEnd);
        }
    }

    // Every second claim goes, but the next one to be reached stays. The proof only becomes coarser while the replica is far behind.
    private void ThinLocked()
    {
        for (int i = _claims.Count - 2; i > 0; i -= 2)
        {
            _claims.RemoveAt(i);
        }
    }
}
