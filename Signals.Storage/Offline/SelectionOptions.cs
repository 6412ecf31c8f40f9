using Signals.Enrichment;

namespace Signals.Offline;

/// <summary>
/// Which events of each user are the most relevant, and the event type that holds them. Checked when the job begins. Immutable.
/// </summary>
public sealed class SelectionOptions
{
    /// <summary>The event type to choose from.</summary>
    public required string From { get; init; }

    /// <summary>
    /// The event type that receives the chosen events; after the import it holds nothing else. Its columns are found in
    /// <see cref="From"/> by name and type. It must keep all events (no <c>KeepLast</c>), because the score decides here, not a
    /// place among the last N.
    /// </summary>
    public required string Into { get; init; }

    /// <summary>The number column of <see cref="From"/> that says how relevant an event is; greater is better.</summary>
    public required string Score { get; init; }

    /// <summary>
    /// How many events of a user are chosen at most; at least 1. Of equal scores the newer event is chosen, then the one with the
    /// smaller id.
    /// </summary>
    public required int Best { get; init; }

    /// <summary>The segment to write. No file of this name may exist.</summary>
    public required string SegmentPath { get; init; }

    /// <summary>
    /// Generation and source of the segment, and its memory. The generation must be later than that of the previous selection,
    /// because it retracts the events that are no longer chosen.
    /// </summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>Filters to run. An event that any of them rejects is not chosen.</summary>
    public IReadOnlyList<IEventFilter> Filters { get; init; } = [];

    /// <summary>Receives the progress of the job now and then; null for nobody.</summary>
    public IProgress<OfflineProgress>? Progress { get; init; }
}
