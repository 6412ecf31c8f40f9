using Signals.Core.Placement;
using Signals.Enrichment;
using Signals.Storage.Engine.Ingest;

namespace Signals.Storage.Indexing;

/// <summary>Takes batches from the queue, runs the enrichers of their type one after another, and appends the outputs.</summary>
/// <remarks>Thread contract: one batch at a time. An error of an enricher loses only its own outputs.</remarks>
internal sealed class EnrichmentWorker
{
    private const int KeyBytes = 32;

    private readonly EnrichmentQueue _queue;
    private readonly Appender _appender;
    private readonly EnrichmentCounters _counters;
    private readonly int _resultBytes;
    private readonly EnrichmentAttempts[][] _attempts; // by event type
    private readonly int[][][] _columns;
    private readonly EventBatch[] _results;
    private readonly EnricherGauge?[][] _gauges; // null for an enricher that always runs

    public EnrichmentWorker(
        StoreSchema schema,
        EnrichmentQueue queue,
        Appender appender,
        EnrichmentOptions options,
        EnricherGauges gauges,
        EnrichmentCounters counters,
        TimeProvider time)
    {
        _queue = queue;
        _appender = appender;
        _counters = counters;
        _resultBytes = appender.MaxBatchBytes / 2;
        _attempts = [.. schema.EventTypes.Select(type => options.All
            .Where(step => step.Signature.Takes(type))
            .Select(step => new EnrichmentAttempts(step, type, options, time, counters)).ToArray())];
        _columns = [.. schema.EventTypes.Select(type => options.All
            .Where(step => step.Signature.Takes(type))
            .Select(step => ResultRows.Columns(step.Signature, type)).ToArray())];
        _gauges = [.. schema.EventTypes.Select(type => options.All
            .Where(step => step.Signature.Takes(type))
            .Select(step => options.Enrichers.Contains(step) ? null : gauges.GetOrAdd(step.Signature.Name)).ToArray())];
        _results = [.. schema.EventTypes.Select(type => new EventBatch(type))];
    }

    /// <summary>
    /// Works until the queue is closed and empty, or the token is cancelled. Events that are left then are counted as abandoned.
    /// </summary>
    public async Task RunAsync(CancellationToken closing)
    {
        while (await _queue.TakeAsync().ConfigureAwait(false) is EventBatch events)
        {
            bool reusable = false;
            try
            {
                reusable = await EnrichAsync(events, closing).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                _counters.CountAbandoned(events.Count, error);
            }
            finally
            {
                _queue.Release(events.Count);
            }

            if (reusable)
            {
                _queue.Return(events);
            }
        }
    }

    private async Task<bool> EnrichAsync(EventBatch events, CancellationToken closing)
    {
        closing.ThrowIfCancellationRequested();
        bool reusable = true;
        EnrichmentAttempts[] attempts = _attempts[events.EventType.Id];
        EnricherGauge?[] gauges = _gauges[events.EventType.Id];
        for (int i = 0; i < attempts.Length; i++)
        {
            if (gauges[i] is { IsStored: false })
            {
                continue;
            }

            EnrichmentBatch? result = await attempts[i].RunAsync(events, closing).ConfigureAwait(false);
            reusable &= !attempts[i].LeftBehind;
            if (result is not null)
            {
                gauges[i]?.AddValues(result);
                await AppendAsync(result, _columns[events.EventType.Id][i], closing).ConfigureAwait(false);
            }
        }

        return reusable;
    }

    private async ValueTask AppendAsync(EnrichmentBatch result, int[] columns, CancellationToken closing)
    {
        EventBatch rows = _results[result.EventType.Id];
        rows.Clear();
        int bytes = 0;
        for (int row = 0; row < result.Count; row++)
        {
            if (ResultRows.HasAny(result, row))
            {
                bytes += KeyBytes
                    + ResultRows.Copy(result, row, columns, rows.AddAny(result.UserOf(row), result.Times[row], result.Ids[row]));
            }

            if (rows.Count > 0 && (bytes > _resultBytes || row == result.Count - 1))
            {
                await AppendAsync(rows, closing).ConfigureAwait(false);
                bytes = 0;
            }
        }
    }

    private async ValueTask AppendAsync(EventBatch rows, CancellationToken closing)
    {
        try
        {
            await _appender.AppendAsync(rows, closing).ConfigureAwait(false);
        }
        catch (EventRejectedException error)
        {
            _counters.CountFailed(rows.Count, error);
        }

        rows.Clear();
    }
}
