using Signals.Storage.Offline;

namespace Signals.Offline;

/// <summary>
/// Runs enrichers and filters over history: over a store's own events, or over events from outside. They are the same enrichers
/// and filters that run at indexing and at serving. They run in parallel and write a segment, which
/// <see cref="SignalStore.ImportAsync"/> imports.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A job reads the store like any other reader; ingest and reads go on. An error in an enricher, or
/// a cancellation, ends the job and leaves no file.
/// </remarks>
public static class OfflineIndexer
{
    /// <summary>
    /// Enriches events that the store holds, and writes only their enrichment columns, as corrections. Use it for a new
    /// enrichment, for one that was wrong, and, with <see cref="OfflineOptions.OnlyMissing"/>, for enrichments that failed or
    /// were cut short at indexing.
    /// </summary>
    /// <remarks>
    /// The job reads different users at different moments, and a user with many events in pages of
    /// <see cref="OfflineOptions.BatchEvents"/>. Events that arrive while the job runs may be left out. Each worker holds the
    /// events of one batch, however many events a user has.
    /// </remarks>
    /// <exception cref="Signals.Enrichment.EnrichmentMismatchException">
    /// The enrichers do not fit the schema; every error is named.
    /// </exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static Task<OfflineResult> EnrichAsync(
        SignalStore store, OfflineOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        OfflineJob.Validate(store.Schema, options);
        if (options.Enrichers.Count == 0)
        {
            throw new ArgumentException("Name at least one enricher.", nameof(options));
        }

        EventTypeSchema type = store.Schema[options.EventType];
        string[] inputs = [.. options.Enrichers.Concat(options.Filters)
            .SelectMany(step => step.Signature.Inputs.Select(input => input.Name))
            .Distinct(StringComparer.Ordinal)];
        string[] outputs = options.OnlyMissing
            ? [.. options.Enrichers.SelectMany(step => step.Signature.Outputs.Select(output => output.Name))]
            : [];
        StoreInput input = new(store.Engine.Reader, store.Schema, type, inputs, outputs, options);
        return new OfflineJob(type, options, input, wholeEvents: false).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Takes whole events from outside (a file, a data lake), filters them and enriches them. Use it to correct daily what was
    /// missed, and to fill a new event type. An event that the store already has stays one event; the cells of the segment's
    /// generation win.
    /// </summary>
    /// <param name="schema">The store's schema, or one that has the event type as the store has it.</param>
    /// <param name="events">
    /// Batches of the event type of <paramref name="schema"/>. The job uses a batch until it asks for the next one, so you may
    /// fill the same batch again and again.
    /// </param>
    /// <param name="options">The job's settings. <see cref="OfflineOptions.OnlyMissing"/> has no meaning here.</param>
    /// <param name="cancellationToken">Ends the job.</param>
    /// <exception cref="Signals.Enrichment.EnrichmentMismatchException">
    /// The enrichers do not fit the schema; every error is named.
    /// </exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static async Task<OfflineResult> IndexAsync(
        StoreSchema schema, IAsyncEnumerable<EventBatch> events, OfflineOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(options);
        OfflineJob.Validate(schema, options);
        StreamInput input = new(events, options.FromMs, options.ToMs, options.BatchEvents, cancellationToken);
        await using (input.ConfigureAwait(false))
        {
            return await new OfflineJob(schema[options.EventType], options, input, wholeEvents: true)
                .RunAsync(cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Selects each user's most relevant events by a score, instead of the newest ones, into an event type of their own. It
    /// inserts the chosen events and retracts those that the type holds and that are no longer chosen. After the import the type
    /// holds exactly the selection. The type that the events were chosen from does not change.
    /// </summary>
    /// <exception cref="Signals.Enrichment.EnrichmentMismatchException">
    /// The types, the score or the filters do not fit; every error is named.
    /// </exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static Task<OfflineResult> SelectAsync(
        SignalStore store, SelectionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        return new SelectionJob(store.Engine.Reader, store.Schema, options).RunAsync(cancellationToken);
    }
}
