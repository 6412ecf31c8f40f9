using Signals.Orleans.Replicas;

namespace Signals.Orleans.Placement;

/// <summary>The machines of the cluster at the moment, and how those went that are gone. Thread contract: any thread.</summary>
internal sealed class ClusterMachines(IClusterMembershipService membership, SignalsClusterOptions options)
{
    private readonly Departures _departures = new(options.ZoneOf);

    public ClusterView View() => ClusterView.Of(membership.CurrentSnapshot, options.ZoneOf);

    public IEnumerable<SiloAddress> Addresses()
    {
        ClusterView view = View();
        return view.Names.Select(view.AddressOf);
    }

    /// <summary>Takes note of who is there now. Call it often, so that a machine that stops in order is seen doing it.</summary>
    public void Look() => _departures.Look(membership.CurrentSnapshot);

    /// <summary>Whether a partition that comes to this machine does so because another machine was lost.</summary>
    public bool IsFailover(int partition, ReplicaContext context)
    {
        Look();

        // One more than there are replicas: while machines join, the old standby is one place further down.
        return _departures.IsFailover(partition, context.Silo, context.Options.Standbys + 2);
    }
}
