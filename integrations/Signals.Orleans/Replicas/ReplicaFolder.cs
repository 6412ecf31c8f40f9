using Signals.Checkpoints;
using Signals.Kafka;

namespace Signals.Orleans.Replicas;

/// <summary>
/// The folder of one partition on this machine: decides whether a store begins with it or with a checkpoint, and opens the store.
/// </summary>
/// <remarks>
/// A folder that a checkpoint is ahead of stays as long as the log has what it lacks, because reading that is less work than fetching all
/// of the store. If the log has lost it nevertheless, the checkpoint takes the folder's place.
/// Thread contract: one opening at a time; <see cref="GiveUpFolder"/> between two. Lifetime: that of its replica.
/// </remarks>
internal sealed class ReplicaFolder(int partition, ReplicaContext context)
{
    private readonly string _path = Path.Combine(context.Options.Folder, $"partition-{partition:D5}");
    private bool _isGivenUp; // The log could not make good what the folder lacks, and no checkpoint has taken its place so far.

    // A checkpoint is ahead of the store that was opened last.
    private bool _isBehindCheckpoint;

    /// <summary>Opens the store, with what the folder or else the checkpoint has.</summary>
    /// <exception cref="InvalidOperationException">The store would not say when reads see what was appended.</exception>
    public async Task<SignalStore> OpenAsync(CancellationToken cancellationToken)
    {
        StoreOptions options = context.Options.GetStoreOptions(partition);
        _isBehindCheckpoint = false;
        if (context.Options.GetCheckpoints() is PartitionCheckpoints checkpoints)
        {
            await RestoreAsync(checkpoints, options, cancellationToken).ConfigureAwait(false);
        }

        SignalStore store = SignalStore.Open(_path, context.Options.Schema!, options);
        try
        {
            context.Options.Opened(store);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The log and the store that was opened last do not fit each other. Whether the next opening may mend that: it takes the checkpoint
    /// that was passed over for the folder.
    /// </summary>
    public bool GiveUpFolder(Exception error)
    {
        bool mayMend = _isBehindCheckpoint && error is LogTruncatedException or TopicChangedException;
        _isGivenUp |= mayMend;
        return mayMend;
    }

    // The folder is good without the shared storage, and without a checkpoint that is damaged there: what it lacks comes from the log, or
    // the feed says that it is gone. If the folder is the damaged one, opening it says so.
    private async Task RestoreAsync(PartitionCheckpoints checkpoints, StoreOptions options, CancellationToken cancellationToken)
    {
        long began = context.Time.GetTimestamp();
        ActivationOutcome? outcome = null;
        try
        {
            ActivationResult result =
                await checkpoints.RestoreAsync(partition, _path, options, MayKeepAsync, cancellationToken).ConfigureAwait(false);
            outcome = result.Outcome;
            _isGivenUp &= outcome != ActivationOutcome.Restored;
            _isBehindCheckpoint &= outcome == ActivationOutcome.LocalKept;
        }
        catch (Exception error)
            when (error is CheckpointTargetException or CorruptionException or FileOperationException && HoldsStore(_path))
        {
            ReplicaLog.RestoreSkipped(context.Logger, partition, error);
        }
        finally
        {
            context.Telemetry.Restored(outcome, context.Time.GetElapsedTime(began));
        }
    }

    private async ValueTask<bool> MayKeepAsync(
        CheckpointPosition local, CheckpointPosition checkpoint, CancellationToken cancellationToken)
    {
        if (_isGivenUp || MissingOf(local, checkpoint) is not long missing || missing > context.Options.MaxReplay)
        {
            return false;
        }

        try
        {
            _isBehindCheckpoint = await context.Log.CanGoOnAsync(partition, local.Sources, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            ReplicaLog.ReachUnknown(context.Logger, partition, error); // The checkpoint has more, and nobody else can be asked.
            return false;
        }

        if (_isBehindCheckpoint)
        {
            ReplicaLog.FolderKept(context.Logger, partition, missing);
        }

        return _isBehindCheckpoint;
    }

    // The records between the two. Null when the folder is not one from which the log could lead to the checkpoint: it lacks a source, or
    // the source was reset.
    private static long? MissingOf(CheckpointPosition local, CheckpointPosition checkpoint)
    {
        long missing = 0;
        foreach (SourcePosition there in checkpoint.Sources)
        {
            SourcePosition here = local.Sources.FirstOrDefault(source => source.Source == there.Source);
            if (here.Source is null || here.Generation != there.Generation)
            {
                return null;
            }

            missing += Math.Max(0, there.Position - here.Position);
        }

        return missing;
    }

    private static bool HoldsStore(string folder)
    {
        try
        {
            SignalStore.ReadSchema(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
