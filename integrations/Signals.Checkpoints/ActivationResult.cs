namespace Signals.Checkpoints;

/// <summary>The result of <see cref="CheckpointRestorer.RestoreIfNewerAsync"/>. Immutable.</summary>
public sealed class ActivationResult
{
    /// <summary>What was done.</summary>
    public required ActivationOutcome Outcome { get; init; }

    /// <summary>The current checkpoint; null when there is none.</summary>
    public required StoredCheckpoint? Checkpoint { get; init; }

    /// <summary>
    /// The position of the local store; null when there is none, or its events cannot be read for damage. A store of which only the stored
    /// definitions are damaged has one.
    /// </summary>
    public required CheckpointPosition? LocalPosition { get; init; }

    /// <summary>
    /// Where the local folder is now, if it was replaced and not deleted: it is damaged, holds files that no store wrote, or is ahead of
    /// what replaced it in a source. Also the store of a replacement that a crash interrupted, if the folder that took its place meanwhile
    /// does not hold as much. Null otherwise. Delete it when nobody needs it.
    /// </summary>
    public string? SetAside { get; init; }

    /// <summary>
    /// What is wrong with the local store; null when nothing is known to be. It was set aside then, or, with
    /// <see cref="ActivationOutcome.LocalKept"/>, it stayed: only its stored definitions are damaged, and its events are at least as far as
    /// the checkpoint, or <see cref="KeepLocal"/> kept them. Opening it fails with the same error.
    /// </summary>
    public CorruptionException? LocalDamage { get; init; }
}
