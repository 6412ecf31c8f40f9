using Signals.Orleans;

namespace Signals.Bench.Clusters;

/// <summary>A partition of the simulated cluster, and what its users noticed. Used by one thread.</summary>
internal sealed class SimulatedPartition(int number, SimulatedSilo[] order)
{
    private double _seenAt;

    public int Number { get; } = number;

    /// <summary>All machines that there ever are, in the rendezvous order of the partition.</summary>
    public IReadOnlyList<SimulatedSilo> Order { get; } = order;

    /// <summary>The machines that are members now, in this order.</summary>
    public IEnumerable<SimulatedSilo> Members => Order.Where(silo => silo.IsMember);

    public List<SimulatedReplica> Replicas { get; } = [];

    public SimulatedSilo? Owner { get; set; }

    /// <summary>When the owner's first upload is complete, and the moment of the log that it holds.</summary>
    public (double CompleteAt, double Moment) FirstUpload { get; set; }

    public PartitionService Service { get; private set; }

    /// <summary>Whether an owner and every standby follow the log.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>How often another machine became the owner.</summary>
    public int Moves { get; set; }

    /// <summary>Seconds in which the machine that owned it was gone, and another was not the owner yet.</summary>
    public double OwnerlessSeconds { get; private set; }

    /// <summary>Seconds in which the best answer came from a replica that had not caught up. Answers say so.</summary>
    public double StaleSeconds { get; private set; }

    /// <summary>Seconds in which no replica was open, so that reads failed.</summary>
    public double UnavailableSeconds { get; private set; }

    public bool HasNoticed => OwnerlessSeconds + StaleSeconds + UnavailableSeconds > 0;

    /// <summary>Whether fewer than so many members come before a machine in the order, so that it has or had something to do.</summary>
    public bool IsNear(SimulatedSilo silo, int replicas)
    {
        int before = 0;
        for (int i = 0; i < Order.Count && before < replicas; i++)
        {
            if (Order[i] == silo)
            {
                return true;
            }

            before += Order[i].IsMember ? 1 : 0;
        }

        return false;
    }

    /// <summary>Counts the time since the last call for what was then, and looks at what is now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="replicas">How many replicas there are when all is well.</param>
    public void Observe(double now, int replicas)
    {
        double passed = now - _seenAt;
        _seenAt = now;
        StaleSeconds += Service.IsStale ? passed : 0;
        UnavailableSeconds += Service.IsUnavailable ? passed : 0;
        OwnerlessSeconds += Service.IsOwnerless ? passed : 0;

        int following = Replicas.Count(replica => replica.State == ReplicaState.Following);
        bool isOpen = following > 0 || Replicas.Exists(replica => replica.State == ReplicaState.CatchingUp);
        bool isOwnerless = Owner is not { IsUp: true };
        Service = new PartitionService(
            IsOwnerless: isOwnerless, IsStale: isOpen && following == 0, IsUnavailable: !isOpen);
        IsWhole = following >= replicas && !isOwnerless
            && Replicas.Exists(replica => replica.Silo == Owner && replica.State == ReplicaState.Following);
    }
}
