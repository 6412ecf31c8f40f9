namespace Signals.Serving;

/// <summary>
/// The status of a served answer. Several flags may be set at once. An answer that is less than it should be always has a flag.
/// </summary>
[Flags]
public enum ServingStatus : byte
{
    /// <summary>The sequence is exactly what the definition describes. It may be empty.</summary>
    Complete = 0,

    /// <summary>The deadline passed. The answer holds the newest part that was certain by then.</summary>
    Truncated = 1,

    /// <summary>
    /// An enrichment that is computed at serving failed or was too late. Its columns are absent or have defaults.
    /// </summary>
    EnrichmentMissing = 2,

    /// <summary>A stage or condition in the host's code threw. The answer is empty.</summary>
    StageFailed = 4,

    /// <summary>
    /// For the event types of the definition, the store holds no event of this user that is neither erased nor too old.
    /// </summary>
    UnknownUser = 8,
}
