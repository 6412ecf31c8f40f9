using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Offline;

namespace Signals.Storage;

/// <summary>
/// Runs enrichers and filters, the same that run at indexing and at serving, over history: over a store's own events or over events from
/// outside, in parallel, into a segment that <see cref="SignalStore.ImportAsync"/> takes in. The four offline jobs are combinations of these.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A job reads the store as any reader does; ingest and reads go on. An error of an enricher, or a cancellation,
/// ends the job and leaves no file.
/// </remarks>
public static class OfflineIndexer
{
    /// <summary>
    /// Enriches events that the store holds: gives their enrichment columns alone, as corrections. For a new enrichment, for one that was
    /// wrong, and, with <see cref="OfflineOptions.OnlyMissing"/>, for what failed or was cut short at indexing.
    /// </summary>
    /// <remarks>
    /// Users are read at different moments, and one with many events in pages of <see cref="OfflineOptions.BatchEvents"/>; events that come while
    /// the job runs may be left out. Each worker holds the events of one batch, however many a user has.
    /// </remarks>
    /// <exception cref="Core.Enrichment.EnrichmentMismatchException">The enrichers do not fit the schema; every error is named.</exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static Task<OfflineResult> EnrichAsync(SignalStore store, OfflineOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        OfflineJob.Validate(store.Schema, options);
        if (options.Enrichers.Count == 0)
        {
            throw new ArgumentException("Name at least one enricher.", nameof(options));
        }

        EventTypeSchema type = store.Schema[options.EventType];
        string[] inputs = [.. options.Enrichers.Concat(options.Filters).SelectMany(step => step.Signature.Inputs.Select(input => input.Name)).Distinct(StringComparer.Ordinal)];
        string[] outputs = options.OnlyMissing ? [.. options.Enrichers.SelectMany(step => step.Signature.Outputs.Select(output => output.Name))] : [];
        StoreSource source = new(store.Engine.Reader, store.Schema, type, inputs, outputs, options);
        return new OfflineJob(type, options, source, wholeEvents: false).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Takes whole events from outside (a file, a data lake), filters and enriches them: for the daily correction of what was missed, and to
    /// bootstrap a new event type. An event that the store has already is the same event; the cells of the segment's generation win.
    /// </summary>
    /// <param name="schema">The store's schema, or one that has the event type as the store has it.</param>
    /// <param name="events">
    /// Batches of the event type of <paramref name="schema"/>. Each is used until the next is asked for, so one batch may be filled again and again.
    /// </param>
    /// <param name="options">What to do. <see cref="OfflineOptions.OnlyMissing"/> has no meaning here.</param>
    /// <param name="cancellationToken">Ends the job.</param>
    /// <exception cref="Core.Enrichment.EnrichmentMismatchException">The enrichers do not fit the schema; every error is named.</exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static async Task<OfflineResult> IndexAsync(
        StoreSchema schema, IAsyncEnumerable<EventBatch> events, OfflineOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(options);
        OfflineJob.Validate(schema, options);
        StreamSource source = new(events, options.FromMs, options.ToMs, options.BatchEvents, cancellationToken);
        await using (source.ConfigureAwait(false))
        {
            return await new OfflineJob(schema[options.EventType], options, source, wholeEvents: true).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Selects each user's most relevant events by a score, instead of the last ones, into an event type of their own: inserts those chosen,
    /// retracts those that the type holds and that are not chosen any more. After the import the type holds exactly the selection, while the
    /// events stay what they are in the type that they were chosen from.
    /// </summary>
    /// <exception cref="Core.Enrichment.EnrichmentMismatchException">The types, the score or the filters do not fit; every error is named.</exception>
    /// <exception cref="FileOperationException">The segment exists already, or cannot be written.</exception>
    public static Task<OfflineResult> SelectAsync(SignalStore store, SelectionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        return new SelectionJob(store.Engine.Reader, store.Schema, options).RunAsync(cancellationToken);
    }
}
