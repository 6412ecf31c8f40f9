using Signals.Offline;
using Signals.Parquet.Importing;

namespace Signals.Parquet;

/// <summary>
/// Reads Parquet files of any producer into segments, several at once, and imports them: as whole events, corrections, retractions or an
/// enrichment. docs/lake.md says which kinds of columns fit which.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Memory: that of <see cref="SegmentOptions.MemoryBudgetBytes"/>, and for each worker a batch of rows, and
/// a page of each column that is read; where files of ours are merged, of up to 32 files. An error or a cancellation leaves no segment.
/// </remarks>
public static class ParquetImporter
{
    private const long LeastBudgetBytes = 16 << 20; // below this a segment is always sorted

    /// <summary>Writes segments, which a store can import later, also in another process.</summary>
    /// <param name="type">The event type: from a store, or from a schema that has the same names, types and window.</param>
    /// <param name="folder">
    /// Where the segments are put; it is made when it is not there. They are called <c>NAME-00000.segment</c> and so on.
    /// </param>
    /// <param name="name">The beginning of the segments' names. No file may have one of these names.</param>
    /// <param name="options">Which files, and what they mean.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ParquetFileException">A file is damaged, or is no Parquet file.</exception>
    /// <exception cref="ParquetMismatchException">A file lacks a column, or the column holds something else.</exception>
    /// <exception cref="ParquetRejectedException">More rows were refused than the options allow.</exception>
    /// <exception cref="FileOperationException">
    /// A segment exists already or cannot be written, or a folder is an export of Signals without its marker <c>_SUCCESS</c>.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no file to read.</exception>
    public static async Task<ParquetImportResult> WriteSegmentsAsync(
        EventTypeSchema type,
        string folder,
        string name,
        ParquetImportOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(type);
        Directory.CreateDirectory(folder);
        ImportPlan plan = await Task.Run(() => ImportPlan.Make(type, options, cancellationToken), cancellationToken).ConfigureAwait(false);
        RejectTally tally = new(options.MostRejects, plan.Rows, options.Progress);
        IReadOnlyList<IReadOnlyList<ImportUnit>> parts = plan.Divide(options.Parallelism);
        SegmentInfo?[] segments = await RunAsync(type, folder, name, options, parts, tally, cancellationToken).ConfigureAwait(false);
        return new ParquetImportResult
        {
            Segments = [.. segments.OfType<SegmentInfo>()],
            Files = plan.Files,
            Rows = tally.Rows,
            EmptyRows = tally.Empty,
            RejectedRows = tally.Rejected,
            Rejects = tally.Kept,
        };
    }

    /// <summary>Writes segments and imports them, one after the other.</summary>
    /// <remarks>
    /// Each segment is imported in one step, all of them in as many steps as there are. If that is interrupted, do it again: what was
    /// imported already changes nothing.
    /// </remarks>
    /// <inheritdoc cref="WriteSegmentsAsync" path="/exception"/>
    public static async Task<ParquetImportResult> ImportAsync(
        SignalStore store, ParquetImportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        EventTypeSchema type = store.Schema[options.EventType];
        string near = options.WorkFolder ?? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(store.Folder))!;
        string work = System.IO.Path.Combine(near, $".signals-import-{Guid.NewGuid():N}");
        try
        {
            ParquetImportResult made = await WriteSegmentsAsync(type, work, "part", options, cancellationToken).ConfigureAwait(false);
            foreach (SegmentInfo segment in made.Segments)
            {
                await store.ImportAsync(segment.Path, new ImportOptions { Move = true }, cancellationToken).ConfigureAwait(false);
            }

            return made;
        }
        finally
        {
            // The folder is of this call alone: its name was made here.
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static async Task<SegmentInfo?[]> RunAsync(
        EventTypeSchema type,
        string folder,
        string name,
        ParquetImportOptions options,
        IReadOnlyList<IReadOnlyList<ImportUnit>> parts,
        RejectTally tally,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        string[] paths = [.. Enumerable.Range(0, parts.Count).Select(i => System.IO.Path.Combine(folder, $"{name}-{i:D5}.segment"))];
        Task<SegmentInfo?>[] workers = [.. parts.Select((units, i) => Task.Run(
            () => Work(new SegmentWorker(type, options, OptionsOf(options.Segment, parts.Count, i), paths[i], tally), units, stop),
            CancellationToken.None))];
        try
        {
            return await Task.WhenAll(workers).ConfigureAwait(false);
        }
        catch
        {
            foreach (Task<SegmentInfo?> worker in workers.Where(worker => worker.IsCompletedSuccessfully))
            {
                if (await worker.ConfigureAwait(false) is { } finished)
                {
                    File.Delete(finished.Path);
                }
            }

            // The first error is what happened; the cancellations of the other workers follow from it.
            Exception? cause = workers.Select(worker => worker.Exception?.InnerException)
                .FirstOrDefault(error => error is not null and not OperationCanceledException);
            if (cause is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
            }

            throw;
        }
    }

    private static SegmentInfo? Work(SegmentWorker worker, IReadOnlyList<ImportUnit> units, CancellationTokenSource stop)
    {
        try
        {
            return worker.Run(units, stop.Token);
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    // The days count as corrected once the last segment is there.
    private static SegmentOptions OptionsOf(SegmentOptions whole, int workers, int worker) => new()
    {
        Generation = whole.Generation,
        SourceRank = whole.SourceRank,
        Source = whole.Source,
        CorrectedDays = worker == workers - 1 ? whole.CorrectedDays : null,
        MemoryBudgetBytes = Math.Max(whole.MemoryBudgetBytes / workers, Math.Min(whole.MemoryBudgetBytes, LeastBudgetBytes)),
    };
}
