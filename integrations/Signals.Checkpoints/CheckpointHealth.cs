namespace Signals.Checkpoints;

/// <summary>How a <see cref="CheckpointSchedule"/> fares. Immutable; a picture of one moment.</summary>
public sealed record CheckpointHealth
{
    /// <summary>Whether <see cref="LastSuccess"/> is older than <see cref="CheckpointScheduleOptions.MaxAge"/>.</summary>
    public required bool IsLate { get; init; }

    /// <summary>
    /// How old the current checkpoint is: when the last upload that succeeded began, because what was acknowledged before is in a
    /// checkpoint. If another owner is further, when the checkpoint of that owner was made. Before the first upload, when the schedule was
    /// created.
    /// </summary>
    public required DateTimeOffset LastSuccess { get; init; }

    /// <summary>How many uploads failed or found a diverged checkpoint since the last success.</summary>
    public required int FailuresSinceSuccess { get; init; }

    /// <summary>The error of the last upload; null when it succeeded. <see cref="UploadOutcome.Diverged"/> is one.</summary>
    public required Exception? UploadError { get; init; }

    /// <summary>The error of the last collection; null when it succeeded. Garbage is left, which costs space only.</summary>
    public required Exception? CollectError { get; init; }

    /// <summary>The result of the last upload that succeeded; null before the first.</summary>
    public required UploadResult? LastUpload { get; init; }
}
