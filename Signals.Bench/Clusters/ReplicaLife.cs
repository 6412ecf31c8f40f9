using Signals.Orleans;

namespace Signals.Bench.Clusters;

/// <summary>
/// How a replica comes to follow the log: it waits for its machine's turn, fetches the checkpoint unless its folder can go on, opens, and
/// replays. Used by one thread.
/// </summary>
/// <param name="inputs">The inputs.</param>
/// <param name="clock">The time.</param>
/// <param name="pool">The work.</param>
/// <param name="changed">Is called with a partition when one of its replicas has changed.</param>
internal sealed class ReplicaLife(SimulationInputs inputs, SimulationClock clock, WorkPool pool, Action<SimulatedPartition> changed)
{
    /// <summary>How many stores were fetched from shared storage.</summary>
    public int Restores { get; private set; }

    /// <summary>Makes a replica that follows already, as at the beginning.</summary>
    public static void Begin(SimulatedPartition partition, SimulatedSilo silo)
    {
        Add(partition, silo).State = ReplicaState.Following;
        silo.Followers++;
    }

    /// <summary>Makes the machine hold a replica. Nothing happens when it does.</summary>
    public void Hold(SimulatedPartition partition, SimulatedSilo silo)
    {
        if (!silo.Replicas.ContainsKey(partition.Number))
        {
            silo.Waiting.Enqueue(Add(partition, silo));
            OpenNext(silo);
        }
    }

    /// <summary>Ends a replica; its folder stays as it is.</summary>
    public void Close(SimulatedReplica replica)
    {
        SimulatedSilo silo = replica.Silo;
        if (replica.State is ReplicaState.Following or ReplicaState.CatchingUp)
        {
            silo.Folders[replica.Partition.Number] = replica.State == ReplicaState.Following ? clock.Now : replica.From;
        }

        silo.Followers -= replica.State == ReplicaState.Following ? 1 : 0;
        replica.State = ReplicaState.Closing;
        silo.Replicas.Remove(replica.Partition.Number);
        replica.Partition.Replicas.Remove(replica);
        if (replica.Work is SimulatedWork work)
        {
            pool.Remove(work);
        }

        EndTurn(replica);
    }

    /// <summary>The moment of the log that the newest checkpoint of a partition holds.</summary>
    public double CheckpointOf(SimulatedPartition partition)
    {
        // The partitions' schedules do not begin together.
        double phase = inputs.CheckpointSeconds * (partition.Number % 16) / 16;
        double regular = (Math.Floor((clock.Now - phase) / inputs.CheckpointSeconds) * inputs.CheckpointSeconds) + phase;
        (double completeAt, double moment) = partition.FirstUpload;
        return completeAt <= clock.Now ? Math.Max(regular, moment) : regular;
    }

    private static SimulatedReplica Add(SimulatedPartition partition, SimulatedSilo silo)
    {
        SimulatedReplica replica = new(partition, silo);
        silo.Replicas.Add(partition.Number, replica);
        partition.Replicas.Add(replica);
        return replica;
    }

    private void OpenNext(SimulatedSilo silo)
    {
        while (silo.IsUp && silo.Opening < inputs.Openings && silo.Waiting.TryDequeue(out SimulatedReplica? replica))
        {
            if (replica.State == ReplicaState.Closing)
            {
                continue;
            }

            silo.Opening++;
            replica.HasTurn = true;
            double checkpoint = CheckpointOf(replica.Partition);
            if (silo.Folders.TryGetValue(replica.Partition.Number, out double folder)
                && (folder >= checkpoint || (checkpoint - folder) * inputs.EventsPerSecond <= inputs.MaxReplay))
            {
                replica.From = folder;
                Open(replica);
                continue;
            }

            Restores++;
            replica.From = checkpoint;
            Begin(replica, isTransfer: true, inputs.StoreBytes, () => Open(replica));
        }
    }

    private void Open(SimulatedReplica replica)
    {
        replica.Work = null;
        clock.After(inputs.OpenSeconds, () =>
        {
            if (replica.State == ReplicaState.Opening)
            {
                EndTurn(replica);
                replica.State = ReplicaState.CatchingUp;
                Begin(replica, isTransfer: false, (clock.Now - replica.From) * inputs.EventsPerSecond, () => Follow(replica));
                changed(replica.Partition);
            }
        });
    }

    private void Follow(SimulatedReplica replica)
    {
        replica.Work = null;
        replica.State = ReplicaState.Following;
        replica.Silo.Followers++;
        changed(replica.Partition);
    }

    private void Begin(SimulatedReplica replica, bool isTransfer, double amount, Action done)
    {
        replica.Work = new SimulatedWork(replica.Silo, isTransfer, amount, done);
        pool.Add(replica.Work);
    }

    private void EndTurn(SimulatedReplica replica)
    {
        if (replica.HasTurn)
        {
            replica.HasTurn = false;
            replica.Silo.Opening--;
            OpenNext(replica.Silo);
        }
    }
}
