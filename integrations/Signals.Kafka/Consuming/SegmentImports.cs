using Signals.Offline;

namespace Signals.Kafka.Consuming;

/// <summary>
/// Brings segments that the log names into the store. What may be there later is tried again, what only this replica cannot take stops
/// it, and only what the record or the content forbids is refused.
/// </summary>
/// <remarks>Thread contract: the run's thread. Lifetime: one run.</remarks>
internal sealed class SegmentImports(SignalStore store, KafkaPartitionOptions options, PartitionProgress progress)
{
    /// <summary>Imports a segment; returns why it is refused, or null.</summary>
    /// <exception cref="InvalidOperationException">The options name no source of segments.</exception>
    /// <exception cref="ReplicaUnfitException">The store's schema or options do not allow it.</exception>
    public string? Import(SegmentReference segment, long offset, CancellationToken cancellationToken)
    {
        ISegmentSource from = options.Segments ?? throw new InvalidOperationException(
            $"The log imports the segment '{segment.Name}', and {nameof(KafkaPartitionOptions)}.{nameof(KafkaPartitionOptions.Segments)} "
                + "does not say where segments come from.");

        // An import is in the store for good at once. What the log says before it must be so, too: an erasure that a power cut took back
        // would be applied again behind the import, and would hide what the import brought.
        store.FlushAsync(cancellationToken).GetAwaiter().GetResult();
        DirectoryInfo folder = CreateFolder();
        try
        {
            string path = Path.Combine(folder.FullName, "segment");
            while (true)
            {
                try
                {
                    return ImportOnce(from, segment, path, offset, cancellationToken);
                }
                catch (Exception error) when (MayPass(error, cancellationToken))
                {
                    progress.Report(error);
                    progress.SetState(KafkaPartitionState.AwaitingSegment);
                }

                cancellationToken.WaitHandle.WaitOne(options.RetryDelay);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
            progress.SetState(KafkaPartitionState.CatchingUp);
        }
    }

    // The store may fail while it imports. What it then says is not about the segment, and no attempt can succeed. A source that gave up
    // by a time limit of its own also ends with a cancellation, and that may pass.
    private static bool MayPass(Exception error, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
            && error is not (StorePoisonedException or ReplicaUnfitException or ObjectDisposedException or OutOfMemoryException);

    private DirectoryInfo CreateFolder() => options.StagingFolder is { } staging
        ? Directory.CreateDirectory(Path.Combine(staging, $"signals-segment-{Guid.NewGuid():n}"))
        : Directory.CreateTempSubdirectory("signals-segment-");

    private string? ImportOnce(
        ISegmentSource from, SegmentReference segment, string path, long offset, CancellationToken cancellationToken)
    {
        File.Delete(path);
        try
        {
            from.FetchAsync(segment, path, cancellationToken).GetAwaiter().GetResult();
        }
        catch (SegmentNotAllowedException refused)
        {
            progress.Report(refused);
            return "an import of a segment whose name is not allowed";
        }

        segment.Verify(path);
        try
        {
            store.ImportAsync(path, new ImportOptions(), cancellationToken).GetAwaiter().GetResult();
            return null;
        }
        catch (CorruptionException damage)
        {
            // The bytes were those that the log names. If they no longer are, this machine has damaged them, and another attempt may do.
            segment.Verify(path);
            progress.Report(damage);
            return "the segment is damaged, or is none";
        }
        catch (SchemaMismatchException mismatch)
        {
            throw new ReplicaUnfitException(
                progress.Topic, progress.Partition, offset, "the segment does not fit the store's schema", mismatch);
        }
        catch (EventRejectedException refused)
        {
            throw StoreLimits.Unfit(progress, offset, refused);
        }
    }
}
