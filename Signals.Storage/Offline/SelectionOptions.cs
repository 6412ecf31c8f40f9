using Signals.Core.Enrichment;
using Signals.Storage.Segments;

namespace Signals.Storage.Offline;

/// <summary>
/// Which events of each user are the most relevant, and the event type that is to hold them. Checked when the job begins.
/// </summary>
public sealed class SelectionOptions
{
    /// <summary>The event type to choose from.</summary>
    public required string From { get; init; }

    /// <summary>
    /// The event type that holds the chosen events, and after the import nothing else. Its columns are found in <see cref="From"/> by name and
    /// type. It keeps all events (no <c>KeepLast</c>), because a place among the last N is not what decides here.
    /// </summary>
    public required string Into { get; init; }

    /// <summary>The column of <see cref="From"/> that says how relevant an event is: a number, the greater the better.</summary>
    public required string Score { get; init; }

    /// <summary>Most events of a user; at least 1. Of equal scores the newer event is chosen, then the one of the smaller id.</summary>
    public required int Best { get; init; }

    /// <summary>The segment to make; there is no file of this name yet.</summary>
    public required string SegmentPath { get; init; }

    /// <summary>
    /// Generation and source of the segment, and its memory. The generation is later than that of the selection before: the events that are
    /// no longer chosen are retracted by it.
    /// </summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>Events that any of these turns away are not chosen.</summary>
    public IReadOnlyList<IEventFilter> Filters { get; init; } = [];

    /// <summary>Is told how far the job is, now and then; null for nobody.</summary>
    public IProgress<OfflineProgress>? Progress { get; init; }
}
