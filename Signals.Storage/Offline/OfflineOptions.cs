using Signals.Enrichment;

namespace Signals.Offline;

/// <summary>What an offline job does with the events of one type. Checked when the job begins. Immutable.</summary>
public sealed class OfflineOptions
{
    /// <summary>The event type.</summary>
    public required string EventType { get; init; }

    /// <summary>The segment to write. No file of this name may exist.</summary>
    public required string SegmentPath { get; init; }

    /// <summary>Generation and source of the segment, and its memory.</summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>The enrichers to run, local or remote. They may be the same objects as at indexing.</summary>
    public IReadOnlyList<IEnrichmentStep> Enrichers { get; init; } = [];

    /// <summary>Filters to run. An event that any of them rejects is left out.</summary>
    public IReadOnlyList<IEventFilter> Filters { get; init; } = [];

    /// <summary>Only events at or after this time; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time; null for all.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// For a job over a store: only events in which an output of some enricher is absent. Outputs that are null or have a value
    /// are left as they are.
    /// </summary>
    public bool OnlyMissing { get; init; }

    /// <summary>How many workers read and enrich side by side. Default: the number of processors.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>How many events an enricher gets at once at most. Default 2,048.</summary>
    public int BatchEvents { get; init; } = 2_048;

    /// <summary>Receives the progress of the job now and then, on the thread of a worker; null for nobody.</summary>
    public IProgress<OfflineProgress>? Progress { get; init; }

    internal long FromMs => From?.ToUnixTimeMilliseconds() ?? long.MinValue;

    internal long ToMs => To?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(SegmentPath);
        ArgumentNullException.ThrowIfNull(Segment);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchEvents, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FromMs, ToMs, nameof(From));
    }
}
