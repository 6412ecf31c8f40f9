namespace Signals.Orleans.Placement;

/// <summary>Decides which replica should own a partition. Pure; any thread.</summary>
internal static class OwnerChoice
{
    /// <summary>
    /// The first silo of the order whose replica is fresh; otherwise the one whose open store has the most; otherwise the first
    /// one that has not failed; otherwise the first.
    /// </summary>
    /// <param name="order">The silos that may own the partition, in rendezvous order, at least one.</param>
    /// <param name="reports">What is known of their replicas; a silo without a report holds none, or did not answer.</param>
    /// <param name="freshWithin">The lag up to which a replica is fresh.</param>
    public static string Choose(IReadOnlyList<string> order, IReadOnlyCollection<ReplicaReport> reports, TimeSpan freshWithin)
    {
        ReplicaReport?[] known = [.. order.Select(name => reports.FirstOrDefault(report => report.Silo == name))];
        int fresh = Array.FindIndex(known, report => IsFresh(report, freshWithin));
        if (fresh >= 0)
        {
            return order[fresh];
        }

        if (known.Where(IsOpen).MaxBy(report => report!.Position) is ReplicaReport most)
        {
            return most.Silo;
        }

        int usable = Array.FindIndex(known, report => report?.State != ReplicaState.Failed);
        return order[Math.Max(0, usable)];
    }

    public static bool IsFresh(ReplicaReport? report, TimeSpan within) =>
        report is { State: ReplicaState.Following, Lag: TimeSpan lag } && lag <= within;

    private static bool IsOpen(ReplicaReport? report) =>
        report?.State is ReplicaState.Following or ReplicaState.CatchingUp or ReplicaState.Stopped;
}
