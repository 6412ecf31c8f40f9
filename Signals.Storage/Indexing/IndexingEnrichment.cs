using Signals.Core.Ingest;
using Signals.Core.Placement;
using Signals.Enrichment;
using Signals.Storage.Engine.Ingest;

namespace Signals.Storage.Indexing;

/// <summary>
/// Enriches events as they are indexed. An event is appended, acknowledged and visible as always. A copy waits here for its
/// enrichers. Their outputs are appended in the ordinary way, as cells of the same event. So the outputs are as durable as
/// events, and they merge like all cells, whenever they arrive and however often.
/// </summary>
/// <remarks>
/// <para>Thread contract: any thread. Lifetime: from construction to <see cref="Dispose"/>, which the store calls before it
/// closes its ring.</para>
/// <para>An output stays absent when its enricher failed at every attempt, when it was abandoned at close, or when it was queued
/// as the process died. No list of such events is kept: an offline job finds the events whose outputs are absent, and an event
/// whose outputs are present needs no repair.</para>
/// <para>Why this cannot deadlock: producers reserve room before their events enter the ring. The workers' own appends need no
/// room. They wait only for the ring, which the ingest thread empties whatever happens here.</para>
/// </remarks>
internal sealed class IndexingEnrichment : IDisposable
{
    /// <summary>How long an enricher that was told to stop may take before it is left behind.</summary>
    private static readonly TimeSpan LeaveAfter = TimeSpan.FromSeconds(1);

    private readonly StoreSchema _schema;
    private readonly EnrichmentOptions _options;
    private readonly EnricherGauges _gauges;
    private readonly long[] _appended; // by event type, counted where enrichers are placed automatically
    private volatile bool[] _enriched; // by event type; replaced whole
    private readonly EnrichmentQueue _queue;
    private readonly Appender _appender;
    private readonly EnrichmentCounters _counters = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _drainTimeout;
    private readonly Task[] _workers;

    public IndexingEnrichment(
        StoreSchema schema, Appender appender, EnrichmentOptions options, EnricherGauges gauges, TimeProvider time)
    {
        Validate(schema, options);
        _schema = schema;
        _options = options;
        _gauges = gauges;
        _appended = new long[schema.EventTypes.Count];
        _enriched = EnrichedTypes();
        _queue = new EnrichmentQueue(schema, options.QueueEvents, options.BatchEvents);
        _appender = appender;
        _time = time;
        _drainTimeout = options.DrainTimeout;
        _workers = new Task[options.Parallelism];
        for (int i = 0; i < _workers.Length; i++)
        {
            EnrichmentWorker worker = new(schema, _queue, appender, options, gauges, _counters, time);
            _workers[i] = Task.Run(() => worker.RunAsync(_closing.Token));
        }
    }

    /// <summary>Refuses options that contradict each other or do not fit the schema.</summary>
    /// <exception cref="EnrichmentMismatchException">The options do not fit; every error is named.</exception>
    public static void Validate(StoreSchema schema, EnrichmentOptions options)
    {
        options.Validate();
        new EnrichmentCatalog(options.All).Validate(schema, StepPhase.Indexing);
        string[] filters = [.. options.All
            .Where(step => step is not (IEnricher or IRemoteEnricher))
            .Select(step => $"{step.Signature.Name}: it is not an enricher.")];
        if (filters.Length > 0)
        {
            throw new EnrichmentMismatchException(filters);
        }
    }

    /// <summary>
    /// Like <see cref="Appender.TryAppend"/>. It also returns false while too many events wait for their enrichment.
    /// </summary>
    public bool TryAppend(IAppendable events, out AppendTicket ticket)
    {
        ticket = default;
        bool[] enriched = _enriched;
        int count = Count(events, enriched);
        if (!_queue.TryReserve(count))
        {
            return false;
        }

        bool appended = false;
        try
        {
            appended = _appender.TryAppend(events, out ticket);
        }
        finally
        {
            Settle(events.Batches, enriched, count, appended);
        }

        return appended;
    }

    /// <summary>Like <see cref="Appender.Append"/>. It also blocks while too many events wait for their enrichment.</summary>
    public AppendTicket Append(IAppendable events, CancellationToken cancellationToken)
    {
        if (TryAppend(events, out AppendTicket ticket))
        {
            return ticket;
        }

        using WaitingEvents waiting = new(_appender.Encode(events), events, _enriched);
        if (!_queue.TryReserve(waiting.Enriched))
        {
            _queue.ReserveAsync(waiting.Enriched, cancellationToken).AsTask().GetAwaiter().GetResult();
        }

        bool appended = false;
        try
        {
            ticket = _appender.Append(waiting.Record, cancellationToken);
            appended = true;
            return ticket;
        }
        finally
        {
            Settle(waiting.Batches, waiting.EnrichedTypes, waiting.Enriched, appended);
        }
    }

    /// <summary>Like <see cref="Appender.AppendAsync"/>. It also waits while too many events wait for their enrichment.</summary>
    public ValueTask<AppendAck> AppendAsync(IAppendable events, CancellationToken cancellationToken) =>
        TryAppend(events, out AppendTicket ticket)
            ? _appender.Acknowledge(ticket)
            : AppendWhenRoomAsync(new WaitingEvents(_appender.Encode(events), events, _enriched), cancellationToken);

    private async ValueTask<AppendAck> AppendWhenRoomAsync(WaitingEvents events, CancellationToken cancellationToken)
    {
        using (events)
        {
            await _queue.ReserveAsync(events.Enriched, cancellationToken).ConfigureAwait(false);
            bool appended = false;
            try
            {
                AppendAck ack = await _appender.AppendAsync(events.Record, cancellationToken).ConfigureAwait(false);
                appended = true;
                return ack;
            }
            finally
            {
                Settle(events.Batches, events.EnrichedTypes, events.Enriched, appended);
            }
        }
    }

    /// <summary>Applies the current placement decisions in the gauges. They apply to events that already wait, too.</summary>
    public void Refresh() => _enriched = EnrichedTypes();

    /// <summary>
    /// How many events of the step's types were appended. Counted only when enrichers are placed automatically.
    /// </summary>
    public long EventsFor(IEnrichmentStep step)
    {
        long events = 0;
        for (int type = 0; type < _appended.Length; type++)
        {
            events += step.Signature.Takes(_schema.EventTypes[type]) ? Interlocked.Read(ref _appended[type]) : 0;
        }

        return events;
    }

    /// <summary>Waits until no event waits for its enrichment.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken) => _queue.WhenEmptyAsync(cancellationToken);

    public EnrichmentStats GetStats() => _counters.Read(_queue.Pending);

    /// <summary>
    /// Takes no more events, finishes the queued ones as far as the drain timeout allows, and abandons the rest. A worker whose
    /// enricher does not stop within a further second is left behind. What it appends later is refused like any append to a
    /// closed store.
    /// </summary>
    public void Dispose()
    {
        _queue.Close();
        Task workers = Task.WhenAll(_workers);
        if (!EndsWithin(workers, _drainTimeout))
        {
            _closing.Cancel();
            if (!EndsWithin(workers, LeaveAfter))
            {
                AbandonQueued();
                return;
            }
        }

        _closing.Dispose();
    }

    private bool EndsWithin(Task workers, TimeSpan limit)
    {
        try
        {
            workers.WaitAsync(limit, _time).GetAwaiter().GetResult();
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void AbandonQueued()
    {
        while (_queue.TryTake() is EventBatch events)
        {
            _counters.CountAbandoned(events.Count);
            _queue.Release(events.Count);
        }
    }

    private bool[] EnrichedTypes() =>
    [
        .. _schema.EventTypes.Select(type =>
            _options.Enrichers.Any(step => step.Signature.Takes(type))
            || _options.Automatic.Any(step => step.Signature.Takes(type) && _gauges.GetOrAdd(step.Signature.Name).IsStored)),
    ];

    private static int Count(IAppendable events, bool[] enriched)
    {
        int count = 0;
        foreach (EventBatch batch in events.Batches)
        {
            count += enriched[batch.EventType.Id] ? batch.Count : 0;
        }

        return count;
    }

    /// <summary>Queues the events if they are in the ring; otherwise releases their room.</summary>
    private void Settle(ReadOnlySpan<EventBatch> events, bool[] enriched, int count, bool appended)
    {
        if (appended && _options.Automatic.Count > 0)
        {
            foreach (EventBatch batch in events)
            {
                Interlocked.Add(ref _appended[batch.EventType.Id], batch.Count);
            }
        }

        if (count == 0)
        {
            return;
        }

        if (!appended)
        {
            _queue.Release(count);
            return;
        }

        foreach (EventBatch batch in events)
        {
            if (enriched[batch.EventType.Id] && batch.Count > 0 && !_queue.TryAdd(batch))
            {
                _counters.CountAbandoned(batch.Count);
                _queue.Release(batch.Count);
            }
        }
    }
}
