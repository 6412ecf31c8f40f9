namespace Signals.Tests.Cluster.Drills;

/// <summary>What is wrong with a cluster at rest, in words. Immutable.</summary>
/// <param name="Lost">Acknowledged events that a node does not give.</param>
/// <param name="Twice">Events that a node gives more than once, or that nobody sent.</param>
/// <param name="Different">Partitions whose replicas differ.</param>
internal sealed record CheckResult(IReadOnlyList<string> Lost, IReadOnlyList<string> Twice, IReadOnlyList<string> Different)
{
    public IEnumerable<string> All => [.. Lost, .. Twice, .. Different];
}
