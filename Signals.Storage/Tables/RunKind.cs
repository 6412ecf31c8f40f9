namespace Signals.Storage.Tables;

/// <summary>What the rows of a table are. Persisted.</summary>
internal enum RunKind : byte
{
    /// <summary>Events, and retractions of events: what answers are chosen from.</summary>
    Events = 0,

    /// <summary>Cells for events that are elsewhere, never inserted here: they add no row to an answer.</summary>
    Patches = 1,
}
