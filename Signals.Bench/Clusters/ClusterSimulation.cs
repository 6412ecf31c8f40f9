using Signals.Orleans;
using Signals.Orleans.Placement;

namespace Signals.Bench.Clusters;

/// <summary>
/// A cluster of silos in simulated time. Where replicas are, who owns a partition and when a replica may go is decided by the product's
/// own code (<see cref="Rendezvous"/>, <see cref="ReplicaPlan"/>, <see cref="OwnerChoice"/>); how long things take is given.
/// </summary>
/// <remarks>
/// Used by one thread. Simpler than a real cluster: all machines see a change of membership at the same moment, a fresh replica has no
/// lag, and the log and the table of members do not fail.
/// </remarks>
internal sealed class ClusterSimulation
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SimulationInputs _inputs;
    private readonly WorkPool _pool;
    private readonly ReplicaLife _life;
    private readonly Random _random;
    private Action _settled = () => { };
    private int _notWhole;
    private int _members;

    /// <param name="inputs">The inputs.</param>
    /// <param name="silos">How many machines there are at the beginning.</param>
    /// <param name="joiners">How many more may join later.</param>
    public ClusterSimulation(SimulationInputs inputs, int silos, int joiners = 0)
    {
        _inputs = inputs.Validate();
        _random = new Random(inputs.Seed);
        _pool = new WorkPool(inputs);
        Clock = new SimulationClock(_pool);
        _life = new ReplicaLife(inputs, Clock, _pool, Settle);
        int racks = inputs.RacksOf(silos);
        Silos = [.. Enumerable.Range(0, silos + joiners).Select(i => new SimulatedSilo($"silo-{i}", i % racks))];
        Dictionary<string, SimulatedSilo> byName = Silos.ToDictionary(silo => silo.Name, StringComparer.Ordinal);
        Partitions = [.. Enumerable.Range(0, silos * inputs.PartitionsPerSilo).Select(number => new SimulatedPartition(
            number, [.. Rendezvous.Order(number, byName.Keys).Select(name => byName[name])]))];
        foreach (SimulatedSilo silo in Silos.Take(silos))
        {
            Enter(silo);
        }

        foreach (SimulatedPartition partition in Partitions)
        {
            SimulatedSilo[] first = [.. partition.Members.Take(1 + inputs.Standbys)];
            foreach (SimulatedSilo silo in first)
            {
                ReplicaLife.Begin(partition, silo);
            }

            partition.Owner = first[0];
            partition.FirstUpload = (double.PositiveInfinity, 0);
            partition.Observe(0, first.Length);
        }
    }

    public SimulationClock Clock { get; }

    /// <summary>The machines, those that have not joined yet included, in the order of their numbers.</summary>
    public IReadOnlyList<SimulatedSilo> Silos { get; }

    public IReadOnlyList<SimulatedPartition> Partitions { get; }

    public int Restores => _life.Restores;

    public double BytesFetched => _pool.BytesFetched;

    /// <summary>Bytes of the first uploads of new owners, whose files are not those of the owner before.</summary>
    public double BytesUploaded { get; private set; }

    public int MostTransfers => _pool.MostTransfers;

    /// <summary>When every partition had its owner and standbys again for the last time.</summary>
    public double WholeAt { get; private set; }

    public bool IsWhole => _notWhole == 0;

    /// <summary>When an owner or a replica changed for the last time.</summary>
    public double ChangedAt { get; private set; }

    /// <summary>A process ends without a word. It comes back later, or not at all.</summary>
    /// <param name="silo">The machine.</param>
    /// <param name="backAfter">Seconds until it is back under its name; null for never.</param>
    /// <param name="losesDisk">Whether it comes back with an empty disk.</param>
    public void Kill(SimulatedSilo silo, double? backAfter, bool losesDisk = false)
    {
        if (!silo.IsUp)
        {
            return;
        }

        End(silo);
        if (losesDisk)
        {
            silo.Folders.Clear();
        }

        double noticed = _inputs.FailoverLeastSeconds
            + (_random.NextDouble() * (_inputs.FailoverMostSeconds - _inputs.FailoverLeastSeconds));
        Clock.After(noticed, () => Leave(silo));
        if (backAfter is double seconds)
        {
            Clock.After(Math.Max(seconds, noticed), () => Join(silo));
        }
    }

    /// <summary>A process is asked to end, hands its partitions over, and comes back under its name.</summary>
    public void Restart(SimulatedSilo silo, double backAfter)
    {
        SimulatedPartition[] owned = [.. Partitions.Where(partition => partition.Owner == silo)];
        Exit(silo);
        foreach (SimulatedPartition partition in owned)
        {
            Own(partition);
        }

        End(silo);
        Leave(silo);
        Clock.After(backAfter, () => Join(silo));
    }

    /// <summary>A machine becomes a member: one that was there before, or a new one.</summary>
    public void Join(SimulatedSilo silo)
    {
        Enter(silo);
        HoldAll(Near(silo));
    }

    /// <summary>Calls back each time that all partitions have their owner and standbys.</summary>
    public void WhenWhole(Action settled) => _settled = settled;

    /// <summary>Counts the time until now for every partition.</summary>
    public void Finish()
    {
        foreach (SimulatedPartition partition in Partitions)
        {
            partition.Observe(Clock.Now, Math.Min(1 + _inputs.Standbys, _members));
        }
    }

    private void End(SimulatedSilo silo)
    {
        silo.IsUp = false;
        silo.Waiting.Clear();
        foreach (SimulatedReplica replica in silo.Replicas.Values.ToArray())
        {
            _life.Close(replica);
            Observe(replica.Partition);
        }
    }

    private void Enter(SimulatedSilo silo)
    {
        _members += silo.IsMember ? 0 : 1;
        silo.IsUp = silo.IsMember = true;
    }

    private void Exit(SimulatedSilo silo)
    {
        _members -= silo.IsMember ? 1 : 0;
        silo.IsMember = false;
    }

    private void Leave(SimulatedSilo silo)
    {
        Exit(silo);
        foreach (SimulatedPartition partition in Partitions.Where(partition => partition.Owner == silo))
        {
            Own(partition);
            Observe(partition);
        }

        if (_inputs.PatienceSeconds > 0)
        {
            Clock.After(_inputs.PatienceSeconds, () => HoldAll(Near(silo)));
        }
        else
        {
            HoldAll(Near(silo));
        }
    }

    private SimulatedPartition[] Near(SimulatedSilo silo) =>
        [.. Partitions.Where(partition => partition.IsNear(silo, 1 + _inputs.Standbys))];

    // The owners first, as the product does it.
    private void HoldAll(SimulatedPartition[] partitions)
    {
        List<(SimulatedPartition Partition, SimulatedSilo Silo)> later = [];
        foreach (SimulatedPartition partition in partitions)
        {
            string[] order = [.. partition.Members.Take(_inputs.Standbys + 1).Select(silo => silo.Name)];
            foreach (SimulatedSilo silo in partition.Members.Take(_inputs.Standbys + 1).Where(silo => silo.IsUp).ToArray())
            {
                PartitionDuty duty = ReplicaPlan.DutyOf(order, silo.Name, _inputs.Standbys);
                if (duty == PartitionDuty.Lead)
                {
                    _life.Hold(partition, silo);
                }
                else if (duty == PartitionDuty.Follow)
                {
                    later.Add((partition, silo));
                }
            }
        }

        foreach ((SimulatedPartition partition, SimulatedSilo silo) in later)
        {
            _life.Hold(partition, silo);
        }

        foreach (SimulatedPartition partition in partitions)
        {
            Settle(partition);
        }
    }

    private void Settle(SimulatedPartition partition)
    {
        if (partition.Members.FirstOrDefault() is SimulatedSilo lead && partition.Owner is { IsUp: true } owner && owner != lead
            && partition.Replicas.Exists(replica => replica.Silo == lead && replica.State == ReplicaState.Following))
        {
            Own(partition, lead);
        }

        CloseWhatOthersHave(partition);
        Observe(partition);
    }

    private void CloseWhatOthersHave(SimulatedPartition partition)
    {
        if (partition.Replicas.Count <= 1 + _inputs.Standbys)
        {
            return;
        }

        string[] order = [.. partition.Members.Select(silo => silo.Name)];
        ReplicaReport[] reports = [.. partition.Replicas.Select(replica => replica.Report())];
        foreach (SimulatedReplica replica in partition.Replicas.ToArray())
        {
            if (ReplicaPlan.DutyOf(order, replica.Silo.Name, _inputs.Standbys) == PartitionDuty.None
                && ReplicaPlan.MayClose(order, _inputs.Standbys, partition.Owner == replica.Silo, reports, Fresh))
            {
                _life.Close(replica);
            }
        }
    }

    // As the product's placement: it asks the first machines of the order; one that is gone does not answer.
    private void Own(SimulatedPartition partition)
    {
        string[] candidates = [.. partition.Members.Take(_inputs.Standbys + 2).Select(silo => silo.Name)];
        if (candidates.Length == 0)
        {
            partition.Owner = null;
            return;
        }

        ReplicaReport[] reports = [.. partition.Replicas.Select(replica => replica.Report())];
        string chosen = OwnerChoice.Choose(candidates, reports, Fresh);
        Own(partition, partition.Members.First(silo => silo.Name == chosen));
    }

    private void Own(SimulatedPartition partition, SimulatedSilo silo)
    {
        partition.Owner = silo;
        partition.Moves++;
        if (silo.IsUp)
        {
            _life.Hold(partition, silo);
            partition.FirstUpload = (Clock.Now + (_inputs.StoreBytes / _inputs.UploadBytesPerSecond), Clock.Now);
            BytesUploaded += _inputs.StoreBytes;
        }
    }

    private void Observe(SimulatedPartition partition)
    {
        ChangedAt = Clock.Now;
        bool wasWhole = partition.IsWhole;
        partition.Observe(Clock.Now, Math.Min(1 + _inputs.Standbys, _members));
        if (wasWhole == partition.IsWhole)
        {
            return;
        }

        _notWhole += wasWhole ? 1 : -1;
        if (_notWhole == 0)
        {
            WholeAt = Clock.Now;
            _settled();
        }
    }
}
