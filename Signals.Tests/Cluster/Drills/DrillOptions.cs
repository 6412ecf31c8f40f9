namespace Signals.Tests.Cluster.Drills;

/// <summary>How the cluster of a drill is set up. Immutable.</summary>
internal sealed record DrillOptions
{
    public int Partitions { get; init; } = 8;

    public int Standbys { get; init; } = 1;

    /// <summary>Whether records that no replica can apply are kept aside; the default policy stops before them.</summary>
    public bool KeepsPoison { get; init; } = true;

    /// <summary>Decides what random drills do.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Namespaces of the network, one for each node; null for one network for all.</summary>
    public DrillNetwork? Network { get; init; }
}
