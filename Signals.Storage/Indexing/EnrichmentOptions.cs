namespace Signals.Enrichment;

/// <summary>How a store enriches events when they are indexed. Checked once, when the store is opened. Immutable.</summary>
public sealed class EnrichmentOptions
{
    /// <summary>The enrichers, local or remote. Each fills columns of its own, and runs for every event of its types.</summary>
    public IReadOnlyList<IEnrichmentStep> Enrichers { get; init; } = [];

    /// <summary>
    /// Enrichers that run for new events only while the store finds that worthwhile, judging by their cost and their users
    /// (<see cref="SignalStore.Placements"/>). The rest of the time their columns are computed when they are read. Definitions
    /// use them with <see cref="Signals.Definitions.PlacementChoice.Automatic"/>.
    /// </summary>
    public IReadOnlyList<IEnrichmentStep> Automatic { get; init; } = [];

    /// <summary>How the store decides about the <see cref="Automatic"/> enrichers.</summary>
    public PlacementOptions Placement { get; init; } = new();

    /// <summary>
    /// How many events may wait for their enrichment or be in it. When there are so many, appends of enriched types wait as they
    /// do for a full ring. An append of more events than this waits until no other events are pending. Default 65,536.
    /// </summary>
    public int QueueEvents { get; init; } = 65_536;

    /// <summary>How many events an enricher gets at once at most; it gets fewer when fewer wait. Default 512.</summary>
    public int BatchEvents { get; init; } = 512;

    /// <summary>How many batches are enriched at the same time at most. Default 2.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>How long a remote enricher may take for a batch; a local one cannot be interrupted. Default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a batch is tried again after an error or timeout. Default 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How long to wait before the first retry. The wait doubles before each further retry. Default 100 ms.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long closing the store waits for queued events. The columns of the remaining events stay absent, for an offline job to
    /// fill. An enricher that runs for a second longer is left behind. Default 5 s.
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
