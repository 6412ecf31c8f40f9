using System.Runtime.ExceptionServices;
using Signals.Scanning;

namespace Signals.Parquet.Writing;

/// <summary>Exports one event type: some scans beside each other, each with files of its own. Lifetime: one run.</summary>
internal sealed class ExportJob(EventTypeSchema type, ParquetExportOptions options, string root, ExportTally tally)
{
    private const long LeastBatchBytes = 1 << 20;

    /// <summary>Scans, writes and publishes. After an error or a cancellation no file is left, and old files are untouched.</summary>
    public async Task<IReadOnlyList<PartFile>> RunAsync(IReadOnlyList<EventScan> scans, CancellationToken cancellationToken)
    {
        List<PartFile> files = [];
        try
        {
            using ExportFolder folder = ExportFolder.Lock(root, type.Name, options);
            tally.Expect(scans.Sum(scan => scan.MostRows));
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<List<PartFile>>[] workers = [.. scans.Select((scan, worker) => Task.Run(
                () => Work(scan, folder.FullPath, worker, scans.Count, stop), CancellationToken.None))];
            try
            {
                await Task.WhenAll(workers).ConfigureAwait(false);
            }
            catch
            {
                // The first error is what happened; the cancellations of the other workers follow from it.
                Exception? cause = workers.Select(worker => worker.Exception?.InnerException)
                    .FirstOrDefault(error => error is not null and not OperationCanceledException);
                if (cause is not null)
                {
                    ExceptionDispatchInfo.Throw(cause);
                }

                throw;
            }
            finally
            {
                files.AddRange(workers.Where(worker => worker.IsCompletedSuccessfully).SelectMany(worker => worker.Result));
            }

            cancellationToken.ThrowIfCancellationRequested();
            folder.Publish(files);
            return files;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>The settings of the scans.</summary>
    public static ScanOptions ScanOptionsOf(ParquetExportOptions options) => new()
    {
        From = options.From,
        To = options.To,
        BatchBytes = Math.Max(LeastBatchBytes, options.MemoryBudgetBytes / options.Parallelism / 8),
    };

    private List<PartFile> Work(EventScan scan, string folder, int worker, int workers, CancellationTokenSource stop)
    {
        try
        {
            using TableShape shape = TableShape.OfEvents(type, options.NotUtf8, options.CompressionLevel);
            using EventFiles files = new(shape, options, folder, worker, options.MemoryBudgetBytes / workers);
            while (scan.TryNext(out ScanBatch batch, stop.Token))
            {
                files.Add(batch);
                tally.Count(batch.Count);
            }

            return files.Complete();
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }
}
