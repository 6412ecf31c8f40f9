using System.Diagnostics;
using System.Diagnostics.Metrics;
using Signals.Maintenance;

namespace Signals.Storage.Telemetry;

/// <summary>
/// One store's meter, activity source and observer. Every measurement carries the store's name, so stores share nothing.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Without listeners it costs only the check of a field. Flushes, compactions and stalls are rare
/// enough to be reported always. Lifetime: made before the engine, and disposed when the engine begins to close, because the
/// objects that the instruments read are disposed then.
/// </remarks>
internal sealed class StoreTelemetry : IDisposable
{
    private readonly TimeProvider _time;
    private readonly StoreObserver? _observer;
    private readonly ActivitySource _activities;
    private readonly Histogram<double> _readDuration;
    private readonly Histogram<double> _flushDuration;
    private readonly Histogram<double> _compactionDuration;
    private readonly KeyValuePair<string, object?> _store;
    private long _observerErrors;
    private long _handleShortages;
    private long _workFailures;

    public StoreTelemetry(string storeName, StoreObserver? observer, TimeProvider time)
    {
        _time = time;
        _observer = observer;
        _store = new KeyValuePair<string, object?>(TelemetryNames.StoreTag, storeName);
        Meter = new Meter(new MeterOptions(TelemetryNames.Source) { Tags = [_store] });
        _activities = new ActivitySource(TelemetryNames.Source, version: null, tags: [_store]);
        _readDuration = CreateSeconds(
            TelemetryNames.ReadDuration, "Time that a read took, all users of one call together.", SecondsBuckets.Short);
        _flushDuration = CreateSeconds(
            TelemetryNames.FlushDuration, "Time from a frozen memtable to durable tables.", SecondsBuckets.Long);
        _compactionDuration = CreateSeconds(TelemetryNames.CompactionDuration, "Time of one compaction.", SecondsBuckets.Long);
        Freshness = new FreshnessSampler(
            CreateSeconds(
                TelemetryNames.Freshness, "Time from an append to its visibility in reads, sampled.", SecondsBuckets.Short),
            time);
        Meter.CreateObservableCounter(
            TelemetryNames.HandleShortages, () => Volatile.Read(ref _handleShortages), "{wait}", "Waits for a file handle.");
        Meter.CreateObservableCounter(
            TelemetryNames.WorkFailures,
            () => Volatile.Read(ref _workFailures),
            "{failure}", "Flushes, compactions and deletions that failed and are tried again.");
        Meter.CreateObservableCounter(
            TelemetryNames.ObserverErrors, () => Volatile.Read(ref _observerErrors), "{error}", "Exceptions that the observer threw.");
    }

    public Meter Meter { get; }

    public FreshnessSampler Freshness { get; }

    /// <summary>Call this before a read. Returns 0 when there is no listener.</summary>
    public long BeginRead() => _readDuration.Enabled ? Math.Max(1, _time.GetTimestamp()) : 0;

    /// <summary>Ends the measurement that <see cref="BeginRead"/> began.</summary>
    public void EndRead(long started)
    {
        if (started != 0)
        {
            _readDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
    }

    public long Now() => _time.GetTimestamp();

    public TimeSpan Since(long timestamp) => _time.GetElapsedTime(timestamp);

    /// <summary>Starts an activity; null when there is no listener.</summary>
    public Activity? Start(string name)
    {
        Activity? activity = _activities.StartActivity(name);
        activity?.SetTag(_store.Key, _store.Value);
        return activity;
    }

    public void Opened(in RecoveryReport recovery) => Tell(static (observer, report) => observer.OnOpened(report), recovery);

    public void Flushed(in FlushReport flush)
    {
        _flushDuration.Record(flush.Duration.TotalSeconds);
        Tell(static (observer, report) => observer.OnFlushed(report), flush);
    }

    public void Compacted(in CompactionReport compaction)
    {
        _compactionDuration.Record(
            compaction.Duration.TotalSeconds,
            new KeyValuePair<string, object?>(TelemetryNames.EventTypeTag, compaction.EventType));
        Tell(static (observer, report) => observer.OnCompacted(report), compaction);
    }

    public void StallBegan() => Tell(static (observer, _) => observer.OnStallBegan(), 0);

    public void StallEnded(TimeSpan duration) => Tell(static (observer, waited) => observer.OnStallEnded(waited), duration);

    public void HandleShortageBegan(string path)
    {
        Interlocked.Increment(ref _handleShortages);
        Tell(static (observer, waitedFor) => observer.OnHandleShortageBegan(waitedFor), path);
    }

    public void HandleShortageEnded(TimeSpan duration) =>
        Tell(static (observer, waited) => observer.OnHandleShortageEnded(waited), duration);

    public void WorkFailed(in WorkFailureReport failure)
    {
        Interlocked.Increment(ref _workFailures);
        Tell(static (observer, report) => observer.OnWorkFailed(report), failure);
    }

    public void TablesSetAside(IReadOnlyList<ulong> tables, Exception reason)
    {
        foreach (ulong table in tables)
        {
            Tell(static (observer, aside) => observer.OnTableSetAside(aside.Table, aside.Reason), (Table: table, Reason: reason));
        }
    }

    public void WorkResumed(string work) => Tell(static (observer, resumed) => observer.OnWorkResumed(resumed), work);

    public void RetentionChanged(RetentionReport report) =>
        Tell(static (observer, change) => observer.OnRetentionChanged(change), report);

    public void Poisoned(Exception error) => Tell(static (observer, first) => observer.OnPoisoned(first), error);

    public void Closed() => Tell(static (observer, _) => observer.OnClosed(), 0);

    public void Dispose()
    {
        Meter.Dispose();
        _activities.Dispose();
    }

    private Histogram<double> CreateSeconds(string name, string description, InstrumentAdvice<double> buckets) =>
        Meter.CreateHistogram(name, "s", description, tags: null, buckets);

    private void Tell<T>(Action<StoreObserver, T> call, T about)
    {
        if (_observer is null)
        {
            return;
        }

        try
        {
            call(_observer, about);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _observerErrors);
        }
    }
}
