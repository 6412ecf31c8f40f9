namespace Signals.Orleans.Placement;

/// <summary>Decides what one machine does about one partition. Pure; any thread.</summary>
internal static class ReplicaPlan
{
    /// <summary>The duty of a machine.</summary>
    /// <param name="order">The machines in the rendezvous order of the partition.</param>
    /// <param name="self">The machine's name.</param>
    /// <param name="standbys">How many machines follow beside the owner.</param>
    public static PartitionDuty DutyOf(string[] order, string self, int standbys)
    {
        int rank = Array.IndexOf(order, self);
        return rank == 0 ? PartitionDuty.Lead : rank > 0 && rank <= standbys ? PartitionDuty.Follow : PartitionDuty.None;
    }

    /// <summary>
    /// Whether a machine without a duty may close its replica: every machine that has one must hold a fresh replica, and somebody
    /// else must own the partition.
    /// </summary>
    /// <param name="order">As in <see cref="DutyOf"/>.</param>
    /// <param name="standbys">As in <see cref="DutyOf"/>.</param>
    /// <param name="ownsHere">Whether the machine owns the partition.</param>
    /// <param name="reports">The reports of this partition.</param>
    /// <param name="freshWithin">The lag up to which a replica is fresh.</param>
    public static bool MayClose(
        string[] order, int standbys, bool ownsHere, IReadOnlyCollection<ReplicaReport> reports, TimeSpan freshWithin) =>
        !ownsHere
        && order.Take(standbys + 1).All(name => OwnerChoice.IsFresh(reports.FirstOrDefault(report => report.Silo == name), freshWithin))
        && reports.Any(report => report.Role == ReplicaRole.Owner && order.Contains(report.Silo));
}
