using Signals.Checkpoints;
using Signals.Kafka;

namespace Signals.Orleans.Replicas;

/// <summary>
/// The folder of one partition on this machine: decides whether a store begins with it or with a checkpoint, and opens the store.
/// </summary>
/// <remarks>
/// A folder that a checkpoint is ahead of stays as long as the log has what it lacks, because reading that is less work than fetching all
/// of the store. If that fails, the checkpoint takes the folder's place: at once when the log has lost it nevertheless, when a record stops
/// the replica before it is as far as the checkpoint, or when the folder is damaged, otherwise after a few attempts. When the shared
/// storage does not give the checkpoint, the folder is opened as it is, and a replica that a record stops in it looks for the checkpoint
/// again. A checkpoint that was damaged there is not tried a second time, because fetching it takes the store out of service: the folder
/// goes on until CURRENT is another checkpoint.
/// Thread contract: one opening at a time; <see cref="GiveUpFolder"/> between two, <see cref="LookForCheckpointAsync"/> while the store is
/// open, one call at a time; <see cref="RestoreError"/> and <see cref="ForgetRestoreError"/> from any thread. Lifetime: that of its
/// replica.
/// </remarks>
internal sealed class ReplicaFolder(int partition, ReplicaContext context)
{
    private const int MostFailures = 3; // of a folder that is behind, in a row
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2); // It is doubled first, to less than a replica stands.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(10);

    private readonly string _path = Path.Combine(context.Options.Folder, $"partition-{partition:D5}");
    private bool _isGivenUp; // The folder did not get to where the checkpoint is, and no checkpoint has taken its place so far.
    private int _failures; // In a row, of a folder that was behind and did not catch up.

    // Where in the log the checkpoint is that is ahead of the store that was opened last. Null when none is.
    private long? _checkpointAt;

    private (string Id, Exception Error)? _damaged; // The checkpoint that was to take the folder's place and turned out to be damaged.
    private bool _isPassedOver; // The store that was opened last began with the folder because the checkpoint is that one.
    private bool _mustLook; // The shared storage did not give the checkpoint when it was asked last.
    private Exception? _restoreError; // Why not; null also when the replica has caught up since.
    private long _askedAt; // When that was.
    private TimeSpan _pause = ShortestPause; // From then to when it is asked again.

    /// <summary>
    /// Why the shared storage did not give the checkpoint when it was asked last; null when it did, when there is none, or when the
    /// replica has caught up without it since.
    /// </summary>
    public Exception? RestoreError => Volatile.Read(ref _restoreError);

    /// <summary>Opens the store, with what the folder or else the checkpoint has.</summary>
    /// <exception cref="InvalidOperationException">The store would not say when reads see what was appended.</exception>
    public async Task<SignalStore> OpenAsync(CancellationToken cancellationToken)
    {
        StoreOptions options = context.Options.GetStoreOptions(partition);
        _checkpointAt = null;
        _isPassedOver = false;
        if (context.Options.GetCheckpoints() is PartitionCheckpoints checkpoints)
        {
            await RestoreAsync(checkpoints, options, cancellationToken).ConfigureAwait(false);
        }

        SignalStore store = SignalStore.Open(_path, context.Options.Schema!, options);
        try
        {
            store.Definitions.FollowLog(); // first, so that what an earlier run left in the file refuses no registration
            context.Options.Opened(store);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Whether a checkpoint that was passed over for the folder is further than a position of the log.</summary>
    public bool IsCheckpointBeyond(long position) => _checkpointAt > position;

    /// <summary>
    /// The replica has caught up, so it needs no checkpoint. What goes wrong with it later has nothing to do with why it got none before.
    /// </summary>
    public void ForgetRestoreError() => Volatile.Write(ref _restoreError, null);

    /// <summary>
    /// The replica stands before a record. Asks the shared storage where its checkpoint is, if it could not say or give it before, less and
    /// less often while it fails. Then <see cref="IsCheckpointBeyond"/> knows it.
    /// </summary>
    /// <param name="store">The store that was opened last.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LookForCheckpointAsync(SignalStore store, CancellationToken cancellationToken)
    {
        if (!_mustLook || context.Time.GetElapsedTime(_askedAt) < _pause
            || context.Options.GetCheckpoints() is not PartitionCheckpoints checkpoints)
        {
            return;
        }

        try
        {
            StoredCheckpoint? current = await FindCurrentAsync(checkpoints, cancellationToken).ConfigureAwait(false);
            if (current is not null && _damaged is { } damaged && damaged.Id == current.Id)
            {
                NoteFailure(damaged.Error);
                return;
            }

            _checkpointAt = current is null ? null : PositionIn(store, current.Position);
            _mustLook = false;
            Volatile.Write(ref _restoreError, null); // The pause stays, until a checkpoint has been fetched.
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            NoteFailure(error);
        }
    }

    /// <summary>
    /// The store that was opened last has failed, or the log under it. Whether the next opening may mend that: it takes the checkpoint that
    /// was passed over for the folder.
    /// </summary>
    /// <param name="error">Why it failed.</param>
    /// <param name="hasCaughtUp">Whether it had caught up with the log before.</param>
    public bool GiveUpFolder(Exception error, bool hasCaughtUp)
    {
        bool isBehind = _checkpointAt is not null;
        _failures = isBehind && !hasCaughtUp ? _failures + 1 : 0;
        bool isHopeless = PartitionReplica.IsStop(error) || error is LogTruncatedException or TopicChangedException or CorruptionException
            || _failures >= MostFailures;
        bool mayMend = isBehind && isHopeless;
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
            _checkpointAt = outcome == ActivationOutcome.LocalKept ? _checkpointAt : null;
            _isGivenUp &= _isPassedOver; // Otherwise the checkpoint has taken the folder's place, or none is further than the folder.
            if (_isPassedOver && _damaged is { } damaged)
            {
                NoteSkipped(damaged.Error);
                return;
            }

            _damaged = null;
            _pause = ShortestPause;
            _mustLook = false;
            Volatile.Write(ref _restoreError, null);
        }
        catch (Exception error)
            when (error is CheckpointTargetException or CorruptionException or FileOperationException && HoldsStore(_path))
        {
            NoteSkipped(error);
            if (error is CorruptionException)
            {
                await RememberDamagedAsync(checkpoints, error, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            context.Telemetry.Restored(outcome, context.Time.GetElapsedTime(began));
        }
    }

    private async ValueTask<bool> MayKeepAsync(
        CheckpointPosition local, CheckpointPosition checkpoint, CancellationToken cancellationToken)
    {
        string log = context.Log.SourceOf(partition);
        bool isDamaged = await IsDamagedAsync(cancellationToken).ConfigureAwait(false);
        if ((_isGivenUp && !isDamaged) || MissingOf(local, checkpoint, log) is not long missing || missing > context.Options.MaxReplay)
        {
            return false;
        }

        bool isReached;
        try
        {
            isReached = await context.Log.CanGoOnAsync(partition, local.Sources, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            ReplicaLog.ReachUnknown(context.Logger, partition, error); // The checkpoint has more, and nobody else can be asked.
            return false;
        }

        if (isReached)
        {
            _isPassedOver = isDamaged;
            _checkpointAt = isDamaged ? null : PositionOf(checkpoint.Sources, log).Position;
            ReplicaLog.FolderKept(context.Logger, partition, missing);
        }

        return isReached;
    }

    // Whether CURRENT is still the checkpoint that was damaged. It is asked for only once there was one.
    private async ValueTask<bool> IsDamagedAsync(CancellationToken cancellationToken) =>
        _damaged is { } damaged && context.Options.GetCheckpoints() is PartitionCheckpoints checkpoints
        && (await checkpoints.FindCurrentAsync(partition, cancellationToken).ConfigureAwait(false))?.Id == damaged.Id;

    // The error does not say which checkpoint it was. If another one has become CURRENT at this moment, that one is passed over as well.
    private async Task RememberDamagedAsync(PartitionCheckpoints checkpoints, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindCurrentAsync(checkpoints, cancellationToken).ConfigureAwait(false) is StoredCheckpoint current)
            {
                _damaged = (current.Id, error);
            }
        }
        catch (Exception unknown) when (!cancellationToken.IsCancellationRequested)
        {
            ReplicaLog.DamagedUnknown(context.Logger, partition, unknown);
        }
    }

    private Task<StoredCheckpoint?> FindCurrentAsync(PartitionCheckpoints checkpoints, CancellationToken cancellationToken) =>
        checkpoints.FindCurrentAsync(partition, cancellationToken).WaitAsync(LookPatience, context.Time, cancellationToken);

    private void NoteSkipped(Exception error)
    {
        NoteFailure(error);
        ReplicaLog.RestoreSkipped(context.Logger, partition, error);
    }

    private void NoteFailure(Exception error)
    {
        _mustLook = true;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        _askedAt = context.Time.GetTimestamp();
        Volatile.Write(ref _restoreError, error);
    }

    // Where the checkpoint is in the log that the store follows. A later generation is beyond all of it, an earlier one says nothing.
    private long? PositionIn(SignalStore store, CheckpointPosition checkpoint)
    {
        string log = context.Log.SourceOf(partition);
        SourcePosition there = PositionOf(checkpoint.Sources, log);
        int generation = PositionOf(store.GetResumePositions(), log).Generation;
        return there.Generation == generation ? there.Position : there.Generation > generation ? long.MaxValue : null;
    }

    private static SourcePosition PositionOf(IEnumerable<SourcePosition> sources, string log) =>
        sources.FirstOrDefault(source => source.Source == log);

    // The records of the log between the two. Null when the folder is not one from which the log could lead to the checkpoint: it lacks a
    // source, the source was reset, or the source is not the log and has given the checkpoint more.
    private static long? MissingOf(CheckpointPosition local, CheckpointPosition checkpoint, string log)
    {
        long missing = 0;
        foreach (SourcePosition there in checkpoint.Sources)
        {
            SourcePosition here = local.Sources.FirstOrDefault(source => source.Source == there.Source);
            if (here.Source is null || here.Generation != there.Generation)
            {
                return null;
            }

            long gap = Math.Max(0, there.Position - here.Position);
            if (gap > 0 && there.Source != log)
            {
                return null;
            }

            missing += gap;
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
