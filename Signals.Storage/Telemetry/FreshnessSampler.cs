using System.Diagnostics.Metrics;

namespace Signals.Storage.Telemetry;

/// <summary>
/// Times one append after the other from the call until reads see it, while somebody listens; the appends in between are not watched.
/// </summary>
/// <remarks>
/// Thread contract: any producer begins and offers, the ingest thread says what became visible; whoever takes the sample out of its slot
/// owns it. Nothing is allocated. Without a listener an append pays one look at a field.
/// </remarks>
internal sealed class FreshnessSampler(Histogram<double> histogram, TimeProvider time)
{
    private const long Free = 0;
    private const long Taken = -1;

    private long _position; // Free, Taken while it is being filled, or the stream position that is waited for
    private long _started; // written while Taken

    /// <summary>Call before the append; the answer is for <see cref="Offer"/>. 0 when nothing is to be timed.</summary>
    public long Begin() => histogram.Enabled && Volatile.Read(ref _position) == Free ? Math.Max(1, time.GetTimestamp()) : 0;

    /// <summary>Watches an accepted append, unless another is being watched.</summary>
    /// <param name="started">From <see cref="Begin"/>.</param>
    /// <param name="position">The stream position after it.</param>
    /// <param name="visible">The position up to which reads see everything now.</param>
    public void Offer(long started, long position, Func<long> visible)
    {
        if (started == 0 || Interlocked.CompareExchange(ref _position, Taken, Free) != Free)
        {
            return;
        }

        _started = started;
        Volatile.Write(ref _position, position);

        // It may have become visible before it was written down, and nothing may follow it for long.
        Interlocked.MemoryBarrier();
        Visible(visible());
    }

    /// <summary>Everything up to a position is visible.</summary>
    public void Visible(long position)
    {
        long waited = Volatile.Read(ref _position);
        if (waited > Free && waited <= position)
        {
            long started = _started;
            if (Interlocked.CompareExchange(ref _position, Free, waited) == waited)
            {
                histogram.Record(time.GetElapsedTime(started).TotalSeconds);
            }
        }
    }
}
