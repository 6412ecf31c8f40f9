using Signals.Dashboard.Work;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Dashboard.Sampling;

/// <summary>A store of the page with what the page remembers of it: samples, errors, work that the page began.</summary>
/// <remarks>Thread contract: one thread samples, any thread asks. A store that the host has closed stays, as closed.</remarks>
internal sealed class ShownStore
{
    private const double StallToSay = 0.01;

    // The counters of a closed store can still be asked for, so only a read tells that it is closed.
    private const int SamplesBetweenProbes = 5;

    private readonly TimeProvider _time;
    private StoreStats? _lastStats; // Used by the sampling thread alone, as the next field.
    private long _lastTimestamp;
    private int _sinceProbe; // Used by the sampling thread alone.
    private volatile bool _isClosed;
    private volatile bool _mayBeClosed;
    private volatile int _tablesAside;
    private double _stallShare; // Read and written with Volatile.

    public ShownStore(DashboardStore shown, int samples, StoreTimings? timings, TimeProvider time)
    {
        _time = time;
        Settings = shown;
        Timings = timings;
        Samples = new SampleRing(samples);
        Work = new WorkList(time);
    }

    public DashboardStore Settings { get; }

    public SignalStore Store => Settings.Store;

    public string Name => Settings.Name;

    public StoreTimings? Timings { get; }

    public SampleRing Samples { get; }

    public StoreErrors Errors { get; } = new();

    public WorkList Work { get; }

    public bool IsClosed => _isClosed;

    /// <summary>How the store is, in a word, and what there is to say about it.</summary>
    public (string State, string Reason) Health()
    {
        if (_isClosed)
        {
            return ("closed", "The host has closed this store.");
        }

        if (Store.FirstError is Exception failed)
        {
            return ("failed", $"The store refuses writes until it is opened again: {failed.Message}");
        }

        if (Store.WorkError is Exception work)
        {
            return ("degraded", $"Work on the tables fails and is tried again: {work.Message}");
        }

        int aside = _tablesAside;
        return aside > 0 ? ("degraded", $"{aside} tables are left out of merges.")
            : Volatile.Read(ref _stallShare) > StallToSay ? ("degraded", "Appends wait for the flush or for compaction.")
            : ("healthy", "");
    }

    /// <summary>Looks whether the store is closed, by a read of one key.</summary>
    public void Probe()
    {
        try
        {
            string type = Store.Schema.EventTypes.First(type => !type.IsDropped).Name;
            Store.Read(UserId.From(1), Store.Query(type).Last(1).Columns().Build()).Dispose();
        }
        catch (ObjectDisposedException)
        {
            _isClosed = true;
        }
    }

    /// <summary>Makes each sample probe.</summary>
    public void MayBeClosed() => _mayBeClosed = true;

    /// <summary>Takes a sample.</summary>
    public void Sample()
    {
        if (_isClosed)
        {
            return;
        }

        try
        {
            StoreStats stats = Store.GetStats();
            DateTimeOffset now = _time.GetUtcNow();
            long timestamp = _time.GetTimestamp();
            double seconds = _time.GetElapsedTime(_lastTimestamp, timestamp).TotalSeconds;
            if (_lastStats is { } before && seconds > 0)
            {
                Samples.Add(SampleSeries.Between(now, seconds, before, stats, Timings?.Latest));
                Volatile.Write(ref _stallShare, (stats.WriteStallTime - before.WriteStallTime).TotalSeconds / seconds);
            }

            _tablesAside = stats.TablesSetAside;
            (_lastStats, _lastTimestamp) = (stats, timestamp);
            SeeErrors(stats, now);

            // At the end: a read may fail for other reasons, and the counters above tell of those.
            if (_mayBeClosed || ++_sinceProbe >= SamplesBetweenProbes)
            {
                _sinceProbe = 0;
                Probe();
            }
        }
        catch (ObjectDisposedException)
        {
            _isClosed = true;
        }
    }

    private void SeeErrors(StoreStats stats, DateTimeOffset now)
    {
        Errors.See("store", Store.FirstError?.Message, count: 1, now);
        Errors.See("flush, compaction or deletion", Store.WorkError?.Message, stats.WorkFailures, now);
        EnrichmentStats enrichment = Store.GetEnrichmentStats();
        Errors.See("enrichment at indexing", enrichment.LastError, enrichment.Failed + enrichment.Retries, now);
        foreach (Tenant tenant in Store.Tenants.Tenants)
        {
            TenantStats counts = tenant.Stats();
            Errors.See($"tenant {tenant.Name}", counts.LastFailure, counts.Failed, now);
        }
    }
}
