namespace Signals.Samples.Cluster;

/// <summary>The cluster at one moment, as the screen shows it. Immutable.</summary>
/// <param name="Nodes">The nodes, in the order of their columns.</param>
/// <param name="Acknowledged">The events that Kafka has acknowledged.</param>
/// <param name="IsSettled">Whether every partition has an owner, and replicas that are up to date.</param>
/// <param name="News">What happened last.</param>
internal sealed record ClusterPicture(
    IReadOnlyList<(string Name, bool IsRunning, NodeStatus Status)> Nodes, int Acknowledged, bool IsSettled, string News)
{
    public static ClusterPicture Of(LocalCluster cluster, string news) => new(
        [.. cluster.Nodes.Select(node => (node.Name, node.IsRunning, node.Status))],
        cluster.Acknowledged, cluster.IsSettled(), news);
}
