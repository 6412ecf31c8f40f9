namespace Signals.Storage.Tables;

/// <summary>What the rows of a table are. Persisted.</summary>
internal enum RunKind : byte
{
    /// <summary>Events, and retractions of events. Answers are chosen from these rows.</summary>
    Events = 0,

    /// <summary>
    /// Cells for events that are stored elsewhere. Such events were not inserted here, so these rows add no row to an answer.
    /// </summary>
    Patches = 1,
}
