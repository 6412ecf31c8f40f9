namespace Signals.Checkpoints;

/// <summary>What <see cref="CheckpointRestorer.RestoreIfNewerAsync"/> found and did.</summary>
public enum ActivationOutcome
{
    /// <summary>There is neither a local store nor a checkpoint. The folder does not exist.</summary>
    Nothing = 0,

    /// <summary>
    /// The local store is at least as far as the checkpoint, or the caller keeps it, or there is no checkpoint. It was not changed.
    /// </summary>
    LocalKept = 1,

    /// <summary>The folder holds the checkpoint.</summary>
    Restored = 2,
}
