using Signals.Core.Enrichment;
using Signals.Core.Placement;

namespace Signals.Storage.Indexing;

/// <summary>How a store enriches events when they are indexed. Checked once, when the store is opened.</summary>
public sealed class EnrichmentOptions
{
    /// <summary>The enrichers, local or remote; each fills columns of its own. They run for every event of their types.</summary>
    public IReadOnlyList<IEnrichmentStep> Enrichers { get; init; } = [];

    /// <summary>
    /// Enrichers that run for new events while the store finds that worth while, by what they cost and who uses them
    /// (<see cref="SignalStore.Placements"/>); the rest of the time what they fill is computed when it is read. Definitions use them with
    /// <see cref="Core.Definitions.PlacementChoice.Automatic"/>.
    /// </summary>
    public IReadOnlyList<IEnrichmentStep> Automatic { get; init; } = [];

    /// <summary>How the store decides about those.</summary>
    public PlacementOptions Placement { get; init; } = new();

    /// <summary>
    /// Most events that wait for their enrichment or are in it. When there are so many, appends of enriched types wait as they do for a full
    /// ring; an append of more events than this waits until it is alone. Default 65,536.
    /// </summary>
    public int QueueEvents { get; init; } = 65_536;

    /// <summary>Most events that an enricher gets at once; fewer when fewer wait. Default 512.</summary>
    public int BatchEvents { get; init; } = 512;

    /// <summary>Most batches that are under way at once. Default 2.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>How long a remote enricher may take for a batch; a local one cannot be interrupted. Default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a batch is tried again after an error or timeout. Default 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long to wait before the first retry; twice as long before each next one. Default 100 ms.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long closing the store waits for what is queued; the rest stays absent, for an offline job. An enricher that runs a second longer is
    /// left behind. Default 5 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>All enrichers that run at indexing, always or at times.</summary>
    internal IEnumerable<IEnrichmentStep> All => Enrichers.Concat(Automatic);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Enrichers);
        ArgumentNullException.ThrowIfNull(Automatic);
        ArgumentNullException.ThrowIfNull(Placement);
        Placement.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Timeout, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
        ArgumentOutOfRangeException.ThrowIfLessThan(Backoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainTimeout, TimeSpan.Zero);
    }
}
