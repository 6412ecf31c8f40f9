namespace Signals.Core.Ingest;

// Every waiter spins briefly and then parks: with two cores, a long spin keeps the awaited thread from running.
internal sealed partial class ByteRing
{
    private const int SpinLimit = 20;

    private readonly ParkingSpot _consumer = new();
    private readonly SpaceSignal _space = new();
    private int _woken;

    /// <summary>
    /// Waits until a record is published at the head, <see cref="WakeConsumer"/> or <see cref="Close"/> is called, the ring is
    /// drained, or the time is up. May return early without any of these. Called by the consumer only.
    /// </summary>
    /// <returns>Whether a record is published at the head.</returns>
    public bool WaitForData(int timeoutMs)
    {
        var spinner = default(SpinWait);
        while (spinner.Count < SpinLimit)
        {
            if (HasNews(out bool hasData))
            {
                return hasData;
            }

            spinner.SpinOnce(sleep1Threshold: -1);
        }

        _consumer.Announce();
        if (HasNews(out bool hasDataNow))
        {
            _consumer.Withdraw();
            return hasDataNow;
        }

        _consumer.Park(timeoutMs);
        HasNews(out bool hasDataAtLast);
        return hasDataAtLast;
    }

    /// <summary>Ends the consumer's current wait, or its next one when it is not waiting.</summary>
    public void WakeConsumer()
    {
        Volatile.Write(ref _woken, 1);
        _consumer.Wake();
    }

    /// <summary>
    /// Blocks until a claim of this length would succeed. The space is not reserved: claim it, and wait again when the claim
    /// fails.
    /// </summary>
    /// <param name="length">The length of the claim that failed.</param>
    /// <param name="timeoutMs">How long to wait, or <see cref="Timeout.Infinite"/>.</param>
    /// <param name="cancellationToken">Ends the wait with <see cref="OperationCanceledException"/>.</param>
    /// <returns>False when the time is up or the ring is closed.</returns>
    public bool WaitForSpace(int length, int timeoutMs, CancellationToken cancellationToken = default)
    {
        CheckLength(length);
        long started = Environment.TickCount64;
        while (!IsClosed)
        {
            if (HasSpace(length))
            {
                return true;
            }

            Task released = _space.Arm();
            if (HasSpace(length) || IsClosed)
            {
                continue;
            }

            // Waiting for a task spins briefly before it parks.
            long left = timeoutMs == Timeout.Infinite ? Timeout.Infinite : Math.Max(0, timeoutMs - (Environment.TickCount64 - started));
            if (!released.Wait((int)left, cancellationToken))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>
    /// Waits until a claim of this length would succeed. The space is not reserved: claim it, and wait again when the claim
    /// fails.
    /// </summary>
    /// <returns>False when the ring is closed.</returns>
    public async ValueTask<bool> WaitForSpaceAsync(int length, CancellationToken cancellationToken = default)
    {
        CheckLength(length);
        while (!IsClosed)
        {
            if (HasSpace(length))
            {
                return true;
            }

            Task released = _space.Arm();
            if (!HasSpace(length) && !IsClosed)
            {
                await released.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return false;
    }

    /// <summary>Refuses claims from now on and wakes all waiters. Earlier claims still have to be settled and drained.</summary>
    public void Close()
    {
        Interlocked.Or(ref _offsets.Tail, ClosedBit);
        WakeConsumer();
        _space.Raise();
    }

    private bool HasSpace(int length)
    {
        long tail = ClaimedOffset;
        return StartOf(tail, length) + length - ConsumedOffset <= _capacity;
    }

    /// <summary>
    /// Whether the consumer has a reason not to wait. A drained ring is such a reason, because nothing will ever arrive in it.
    /// </summary>
    private bool HasNews(out bool hasData)
    {
        hasData = ClaimedOffset != _offsets.Head && IsPublishedAt(_offsets.Head);
        return hasData || IsDrained || (Volatile.Read(ref _woken) != 0 && Interlocked.Exchange(ref _woken, 0) != 0);
    }
}
