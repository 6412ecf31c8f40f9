using Signals.Enrichment;
using Signals.Offline;
using Signals.Storage.Indexing;

namespace Signals.Storage.Offline;

/// <summary>Runs filters and enrichers over the events of a source, several batches at once, into a segment.</summary>
/// <remarks>Lifetime: one run. The first error, or a cancellation, ends all workers; no file is left then.</remarks>
internal sealed class OfflineJob(EventTypeSchema eventType, OfflineOptions options, IOfflineInput input, bool wholeEvents)
{
    /// <summary>Refuses options that contradict each other or do not fit the schema.</summary>
    /// <exception cref="EnrichmentMismatchException">The options do not fit; every error is named.</exception>
    public static void Validate(StoreSchema schema, OfflineOptions options)
    {
        options.Validate();
        EventTypeSchema type = schema[options.EventType];
        List<string> errors = [.. options.Enrichers.Concat(options.Filters)
            .Where(step => !step.Signature.Takes(type.Name))
            .Select(step => $"{step.Signature.Name}: it takes {string.Join(", ", step.Signature.EventTypes)}, not '{type.Name}'.")];
        errors.AddRange(options.Enrichers
            .Where(step => step is not (IEnricher or IRemoteEnricher))
            .Select(step => $"{step.Signature.Name}: it is not an enricher."));
        if (errors.Count > 0)
        {
            throw new EnrichmentMismatchException(errors);
        }

        new EnrichmentCatalog(options.Enrichers.Concat(options.Filters)).Validate(schema, StepPhase.Offline);
    }

    public async Task<OfflineResult> RunAsync(CancellationToken cancellationToken)
    {
        using OfflineOutput output = new(options.SegmentPath, eventType, options.Segment);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] workers = [.. Enumerable.Range(0, options.Parallelism)
            .Select(_ => Task.Run(() => WorkAsync(output, stop), CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        return output.Finish();
    }

    private async Task WorkAsync(OfflineOutput output, CancellationTokenSource stop)
    {
        StepRunner[] filters = [.. options.Filters.Select(step => new StepRunner(step, eventType, StepPhase.Offline))];
        StepRunner[] enrichers = [.. options.Enrichers
            .Select(step => new StepRunner(step, eventType, StepPhase.Offline))];
        int[][] columns = [.. enrichers.Select(runner => ResultRows.Columns(runner.Step.Signature, eventType))];
        EventBatch events = new(eventType);
        EventBatch kept = new(eventType);
        try
        {
            int read;
            while ((read = await input.FillAsync(events, stop.Token).ConfigureAwait(false)) >= 0)
            {
                output.CountRead(read);
                EventBatch wanted = Filter(filters, events, kept);
                EnrichmentBatch[] results = new EnrichmentBatch[enrichers.Length];
                for (int i = 0; wanted.Count > 0 && i < enrichers.Length; i++)
                {
                    results[i] = await enrichers[i].EnrichAsync(wanted, stop.Token).ConfigureAwait(false);
                }

                Write(output, wanted, results, columns);
                events.Clear();
                (int done, int all) = input.Users;
                options.Progress?.Report(new OfflineProgress(output.EventsRead, output.EventsWritten, done, all));
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static EventBatch Filter(StepRunner[] filters, EventBatch events, EventBatch kept)
    {
        foreach (StepRunner filter in filters)
        {
            kept.Clear();
            ReadOnlySpan<bool> keep = events.Count > 0 ? filter.Filter(events) : [];
            for (int row = 0; row < keep.Length; row++)
            {
                if (keep[row])
                {
                    kept.Append(events, row, 1);
                }
            }

            (events, kept) = (kept, events);
        }

        return events;
    }

    private void Write(OfflineOutput output, EventBatch events, EnrichmentBatch[] results, int[][] columns)
    {
        lock (output.Gate)
        {
            for (int row = 0; row < events.Count; row++)
            {
                if (!wholeEvents && !Array.Exists(results, result => ResultRows.HasAny(result, row)))
                {
                    continue;
                }

                UserId user = new(events.UsersHigh[row], events.UsersLow[row]);
                (long time, ulong id) = (events.Rows.Times[row], events.Rows.Ids[row]);
                EventRow written = wholeEvents ? output.InsertLocked(user, time, id) : output.CorrectLocked(user, time, id);
                if (wholeEvents)
                {
                    CopyFields(events, row, written);
                }

                for (int i = 0; i < results.Length; i++)
                {
                    ResultRows.Copy(results[i], row, columns[i], written);
                }
            }
        }
    }

    private static void CopyFields(EventBatch events, int row, EventRow written)
    {
        events.Rows.FillAbsent();
        for (int i = 0; i < events.Rows.Columns.Length; i++)
        {
            if (events.Rows.Columns[i].GetState(row) != ColumnState.Absent)
            {
                written.Copy(i, events.Rows.Columns[i], row);
            }
        }
    }
}
