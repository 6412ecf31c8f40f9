namespace Signals.Core.Serving;

/// <summary>What a served answer is. Several may hold at once; an answer that is less than it should be always says so.</summary>
[Flags]
public enum ServingStatus : byte
{
    /// <summary>The sequence is exactly what the definition says; it may hold no event.</summary>
    Complete = 0,

    /// <summary>The deadline passed: the answer holds the newest part that was certain by then.</summary>
    Truncated = 1,

    /// <summary>An enrichment that is computed at serving failed or came too late; its columns are absent, or defaults.</summary>
    EnrichmentMissing = 2,

    /// <summary>A stage or condition in the host's code threw; the answer is empty.</summary>
    StageFailed = 4,

    /// <summary>The store holds nothing of this user for any event type of the definition, or nothing that is not erased or too old.</summary>
    UnknownUser = 8,
}
