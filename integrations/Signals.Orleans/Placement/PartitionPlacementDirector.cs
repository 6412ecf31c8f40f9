using Orleans.Runtime.Placement;
using Signals.Orleans.Grains;

namespace Signals.Orleans.Placement;

/// <summary>
/// Places the owner of a partition: where it is asked to move, or else as <see cref="OwnerChoice"/> says. It asks the first silos of
/// the order what they hold and waits for that only briefly.
/// </summary>
/// <remarks>Thread contract: any thread.</remarks>
internal sealed class PartitionPlacementDirector(
    IClusterMembershipService membership, ReplicaReports reports, SignalsClusterOptions options) : IPlacementDirector
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] compatible = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, compatible) is SiloAddress asked)
        {
            return asked;
        }

        int partition = checked((int)target.GrainIdentity.GetIntegerKey());
        ClusterView view = ClusterView.Of(membership.CurrentSnapshot, options.ZoneOf).Among(compatible);
        string[] candidates = view.HoldersOf(partition, options.Standbys);
        if (candidates.Length == 0)
        {
            return compatible[Random.Shared.Next(compatible.Length)]; // Membership has not caught up with the directory's view.
        }

        if (candidates.Length == 1)
        {
            return view.AddressOf(candidates[0]);
        }

        IReadOnlyList<ReplicaReport> known = await reports.AskAsync(candidates.Select(view.AddressOf), Patience, CancellationToken.None)
            .ConfigureAwait(true);
        ReplicaReport[] here = [.. known.Where(report => report.Partition == partition)];
        return view.AddressOf(OwnerChoice.Choose(candidates, here, options.CompleteWithin));
    }
}
