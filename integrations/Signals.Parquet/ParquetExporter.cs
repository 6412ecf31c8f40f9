using Signals.Parquet.Writing;
using Signals.Scanning;
using Signals.Serving;

namespace Signals.Parquet;

/// <summary>
/// Writes the events of a store as Parquet: a folder <c>type=NAME</c> for each event type, in it a folder <c>dt=DAY</c> for each day, in
/// it files that are sorted by user and time. docs/lake.md describes columns and metadata.
/// </summary>
/// <remarks>
/// Thread contract: any thread; the store goes on taking events. Each event type is exported as it was at one moment. Memory: see
/// <see cref="ParquetExportOptions.MemoryBudgetBytes"/>. Files get their names when all of one event type are complete and durable, and
/// the empty file <c>_SUCCESS</c> comes last. An error or a cancellation leaves no file of the event type at work; only a process that is
/// killed leaves files whose names begin with a dot and which readers leave out. One export at a time writes an event type's folder: it
/// holds the file <c>.export.lock</c> there, which stays.
/// </remarks>
public static class ParquetExporter
{
    /// <summary>Exports the events that reads would return now.</summary>
    /// <exception cref="FileOperationException">The folder of an event type has files that may not be replaced.</exception>
    /// <exception cref="ParquetFileException">A file cannot be written.</exception>
    /// <exception cref="ParquetTextException">A text is not UTF-8, and the options do not say what becomes of it.</exception>
    public static Task<ParquetExportResult> ExportAsync(
        SignalStore store, ParquetExportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        return ExportAsync(
            store.Schema,
            options.EventTypes.Count > 0 ? options.EventTypes : AllOf(store.Schema),
            store.SplitScan,
            options,
            cancellationToken);
    }

    /// <summary>Exports the events that reads of a read-only store return, each event type as it was at one moment.</summary>
    /// <inheritdoc cref="ExportAsync(SignalStore, ParquetExportOptions, CancellationToken)" path="/exception"/>
    public static Task<ParquetExportResult> ExportReadOnlyAsync(
        ReadOnlyStore store, ParquetExportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        return ExportAsync(
            store.Schema,
            options.EventTypes.Count > 0 ? options.EventTypes : AllOf(store.Schema),
            store.SplitScan,
            options,
            cancellationToken);
    }

    /// <summary>
    /// Exports the events that reads of a kept state of the past return: all event types as they were at that one moment.
    /// </summary>
    /// <exception cref="ArgumentException">The options name no event types.</exception>
    /// <inheritdoc cref="ExportAsync(SignalStore, ParquetExportOptions, CancellationToken)" path="/exception"/>
    public static Task<ParquetExportResult> ExportPastAsync(
        PastStore past, ParquetExportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(past);
        ArgumentNullException.ThrowIfNull(options);
        return options.EventTypes.Count > 0
            ? ExportAsync(past.Schema, options.EventTypes, past.SplitScan, options, cancellationToken)
            : throw new ArgumentException($"{nameof(options.EventTypes)} is empty; name the event types of the past.", nameof(options));
    }

    private static string[] AllOf(StoreSchema schema) => [.. schema.EventTypes.Where(type => !type.IsDropped).Select(type => type.Name)];

    private static async Task<ParquetExportResult> ExportAsync(
        StoreSchema schema,
        IReadOnlyList<string> eventTypes,
        Func<string, ScanOptions?, int, IReadOnlyList<EventScan>> scan,
        ParquetExportOptions options,
        CancellationToken cancellationToken)
    {
        options.Validate();

        // All is refused before anything is written. The folder has the current name, whichever one is asked for.
        string[] names = [.. eventTypes.Select(called => schema[called].Name).Distinct(StringComparer.Ordinal)];
        string root = Path.GetFullPath(options.Folder);
        foreach (string name in names)
        {
            ExportFolder.Check(root, name, options);
        }

        ExportTally tally = new(options.Progress);
        List<ParquetExportedFile> files = [];
        foreach (string name in names)
        {
            IReadOnlyList<EventScan> scans = scan(name, ExportJob.ScanOptionsOf(options), options.Parallelism);
            try
            {
                IReadOnlyList<PartFile> written = await new ExportJob(scans[0].EventType, options, root, tally)
                    .RunAsync(scans, cancellationToken).ConfigureAwait(false);
                files.AddRange(written.Select(file => new ParquetExportedFile(file.Path, file.Rows, file.Bytes)));
            }
            finally
            {
                foreach (EventScan each in scans)
                {
                    each.Dispose();
                }
            }
        }

        return new ParquetExportResult { Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)] };
    }
}
