using System.Diagnostics.Metrics;
using Signals.Core.Model;

namespace Signals.Storage.Telemetry;

/// <summary>
/// Measures the time from an append until reads see it, for one append after another, while a listener is attached. Appends in
/// between are not measured.
/// </summary>
/// <remarks>
/// Thread contract: any producer begins and offers a sample; the ingest thread reports what became visible. The thread that takes
/// the sample out of its slot owns it. Nothing is allocated. Without a listener an append pays for reading one field.
/// </remarks>
internal sealed class FreshnessSampler(Histogram<double> histogram, TimeProvider time)
{
    private const long Free = 0;
    private const long Taken = -1;

    private long _position; // Free, Taken while it is being filled, or the stream position to wait for
    private long _started; // written while Taken

    /// <summary>
    /// Call this before the append, and pass the result to <see cref="Offer"/>. It is 0 when nothing is to be measured.
    /// </summary>
    public long Begin() => histogram.Enabled && Volatile.Read(ref _position) == Free ? Math.Max(1, time.GetTimestamp()) : 0;

    /// <summary>Measures an accepted append, unless another one is being measured.</summary>
    /// <param name="started">The result of <see cref="Begin"/>.</param>
    /// <param name="position">The stream position after the append.</param>
    /// <param name="visible">Returns the position up to which reads see everything now.</param>
    public void Offer(long started, StreamPosition position, Func<StreamPosition> visible)
    {
        if (started == 0 || Interlocked.CompareExchange(ref _position, Taken, Free) != Free)
        {
            return;
        }

        _started = started;
        Volatile.Write(ref _position, position.Value);

        // The append may have become visible before its position was stored, and no other append may follow for long. So this
        // checks at once.
        Interlocked.MemoryBarrier();
        Visible(visible());
    }

    /// <summary>Notes that everything up to a position is visible.</summary>
    public void Visible(StreamPosition position)
    {
        long waited = Volatile.Read(ref _position);
        if (waited > Free && waited <= position.Value)
        {
            long started = _started;
            if (Interlocked.CompareExchange(ref _position, Free, waited) == waited)
            {
                histogram.Record(time.GetElapsedTime(started).TotalSeconds);
            }
        }
    }
}
