namespace Signals.Checkpoints;

/// <summary>
/// Decides whether a local store that lacks something of the checkpoint stays nevertheless, because its sources still have what it lacks.
/// </summary>
/// <param name="local">Where the local store is. Its sources have their incarnations.</param>
/// <param name="checkpoint">Where the checkpoint is.</param>
/// <param name="cancellationToken">Ends the wait for the answer.</param>
/// <returns>True to keep the local store, false to take the checkpoint.</returns>
public delegate ValueTask<bool> KeepLocal(
    CheckpointPosition local, CheckpointPosition checkpoint, CancellationToken cancellationToken);
