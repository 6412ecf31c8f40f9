using System.Diagnostics;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>How far an ingest is. Written by one thread, read by any.</summary>
internal sealed class IngestProgress
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _events;
    private double _share = -1;

    /// <summary>Events read so far.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Share that is done, or null when nobody knows.</summary>
    public double? Share => Volatile.Read(ref _share) is var share and >= 0 ? share : null;

    /// <summary>Since the ingest began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Events per second since the ingest began.</summary>
    public double Rate => Events / Math.Max(Elapsed.TotalSeconds, 1e-9);

    /// <summary>Says how far it is.</summary>
    public void Report(long events, double? share)
    {
        Volatile.Write(ref _events, events);
        Volatile.Write(ref _share, share ?? -1);
    }
}
