namespace Signals.Bench.Clusters;

/// <summary>What a scenario did to a cluster. Times are in seconds. Immutable.</summary>
internal sealed record SimulationResult
{
    public required string Scenario { get; init; }

    public required int Silos { get; init; }

    public required int Partitions { get; init; }

    /// <summary>Partitions that had no owner, or only late answers, or none, for any time.</summary>
    public required int Noticed { get; init; }

    /// <summary>Times that another machine became an owner.</summary>
    public required int Moves { get; init; }

    /// <summary>Of the partitions that noticed: seconds without an owner, the mean and the most.</summary>
    public required (double Mean, double Most) Ownerless { get; init; }

    /// <summary>The same: seconds in which answers were stale, and said so.</summary>
    public required (double Mean, double Most) Stale { get; init; }

    /// <summary>The same: seconds in which reads failed.</summary>
    public required (double Mean, double Most) Unavailable { get; init; }

    /// <summary>The share of all partition seconds in which a fresh replica could answer.</summary>
    public required double Fresh { get; init; }

    public required int Restores { get; init; }

    public required double BytesFetched { get; init; }

    public required double BytesUploaded { get; init; }

    public required int MostTransfers { get; init; }

    /// <summary>From the first failure until every partition had its owner and standbys again.</summary>
    public required double WholeSeconds { get; init; }

    /// <summary>From the first event until no owner or replica changed any more.</summary>
    public required double SettledSeconds { get; init; }

    public static SimulationResult Of(string scenario, ClusterSimulation cluster, int silos, double from)
    {
        SimulatedPartition[] noticed = [.. cluster.Partitions.Where(partition => partition.HasNoticed)];
        double missed = cluster.Partitions.Sum(partition => partition.StaleSeconds + partition.UnavailableSeconds);
        return new SimulationResult
        {
            Scenario = scenario,
            Silos = silos,
            Partitions = cluster.Partitions.Count,
            Noticed = noticed.Length,
            Moves = cluster.Partitions.Sum(partition => partition.Moves),
            Ownerless = Spread(noticed, partition => partition.OwnerlessSeconds),
            Stale = Spread(noticed, partition => partition.StaleSeconds),
            Unavailable = Spread(noticed, partition => partition.UnavailableSeconds),
            Fresh = 1 - (missed / (cluster.Partitions.Count * cluster.Clock.Now)),
            Restores = cluster.Restores,
            BytesFetched = cluster.BytesFetched,
            BytesUploaded = cluster.BytesUploaded,
            MostTransfers = cluster.MostTransfers,
            WholeSeconds = Math.Max(0, cluster.WholeAt - from),
            SettledSeconds = Math.Max(0, cluster.ChangedAt - from),
        };
    }

    private static (double Mean, double Most) Spread(SimulatedPartition[] partitions, Func<SimulatedPartition, double> seconds) =>
        partitions.Length == 0 ? (0, 0) : (partitions.Average(seconds), partitions.Max(seconds));
}
