using Signals.Core.Enrichment;
using Signals.Storage.Segments;

namespace Signals.Storage.Offline;

/// <summary>What an offline job does with the events of one type. Checked when the job begins.</summary>
public sealed class OfflineOptions
{
    /// <summary>The event type.</summary>
    public required string EventType { get; init; }

    /// <summary>The segment to make; there is no file of this name yet.</summary>
    public required string SegmentPath { get; init; }

    /// <summary>Generation and source of the segment, and its memory.</summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>The enrichers to run, of either kind; the same objects as at indexing, say.</summary>
    public IReadOnlyList<IEnrichmentStep> Enrichers { get; init; } = [];

    /// <summary>Events that any of these turns away are left out.</summary>
    public IReadOnlyList<IEventFilter> Filters { get; init; } = [];

    /// <summary>Only events at or after this time; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time; null for all.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Over a store: only events that lack an output of some enricher. What is null or has a value is left as it is.</summary>
    public bool OnlyMissing { get; init; }

    /// <summary>Workers that read and enrich side by side; default as many as there are processors.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Most events that an enricher gets at once. Default 2,048.</summary>
    public int BatchEvents { get; init; } = 2_048;

    /// <summary>Is told how far the job is, now and then, on the thread of a worker; null for nobody.</summary>
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
