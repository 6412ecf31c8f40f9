namespace Signals.Dashboard.Sampling;

/// <summary>The two latencies of a store that its meter reports, and the last interval of each.</summary>
/// <remarks>Thread contract: any thread records; the sampling thread takes intervals and reads them.</remarks>
internal sealed class StoreTimings
{
    public LatencyHistogram Reads { get; } = new();

    /// <summary>From an append to its visibility; the store times one append at a time.</summary>
    public LatencyHistogram Freshness { get; } = new();

    /// <summary>What was recorded in the interval that <see cref="TakeIntervals"/> ended.</summary>
    public (LatencyInterval Reads, LatencyInterval Fresh) Latest { get; private set; }

    /// <summary>Ends an interval. Stores of the same name share it.</summary>
    public void TakeIntervals() => Latest = (Reads.TakeInterval(), Freshness.TakeInterval());

    /// <summary>The histogram of an instrument; null for one that is not shown.</summary>
    public LatencyHistogram? Of(string instrument) => instrument switch
    {
        "signals.read.duration" => Reads,
        "signals.freshness" => Freshness,
        _ => null,
    };
}
