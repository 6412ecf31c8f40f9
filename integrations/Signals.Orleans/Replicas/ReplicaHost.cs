namespace Signals.Orleans.Replicas;

/// <summary>The replicas that this machine holds, by partition.</summary>
/// <remarks>
/// Thread contract: any thread; finding a replica takes no lock. Invariant: at most one replica of a partition, so a folder is
/// never opened twice. Lifetime: ends with the silo, after its last grain.
/// </remarks>
internal sealed class ReplicaHost(ReplicaContext context) : IAsyncDisposable
{
    private readonly PartitionReplica?[] _replicas = new PartitionReplica?[context.Options.Partitions];
    private readonly Dictionary<int, Task> _closing = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>The replica of a partition; null when this machine holds none.</summary>
    public PartitionReplica? TryGet(int partition) =>
        (uint)partition < (uint)_replicas.Length ? Volatile.Read(ref _replicas[partition]) : null;

    /// <summary>Makes this machine hold the partition; its store opens in the background.</summary>
    public PartitionReplica Hold(int partition)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return HoldLocked(partition);
        }
    }

    /// <summary>An activation of the partition's grain is here.</summary>
    public void Own(int partition)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            HoldLocked(partition).AddOwner();
        }
    }

    /// <summary>An activation of the partition's grain is here no more.</summary>
    public void Disown(int partition) => TryGet(partition)?.RemoveOwner();

    /// <summary>Closes the replica of a partition, unless it is owned here.</summary>
    /// <returns>A task that ends when the folder is free.</returns>
    public Task ReleaseAsync(int partition)
    {
        lock (_lock)
        {
            if (_replicas[partition] is not { Role: ReplicaRole.Standby } replica)
            {
                return Task.CompletedTask;
            }

            Volatile.Write(ref _replicas[partition], null);
            return _closing[partition] = replica.DisposeAsync().AsTask();
        }
    }

    public ReplicaReport[] GetReports() => [.. _replicas.Select((_, partition) => TryGet(partition)?.Report()).OfType<ReplicaReport>()];

    /// <summary>The replicas that this machine holds now.</summary>
    public PartitionReplica[] GetReplicas() => [.. _replicas.Select((_, partition) => TryGet(partition)).OfType<PartitionReplica>()];

    public async ValueTask DisposeAsync()
    {
        PartitionReplica[] open;
        Task[] closing;
        lock (_lock)
        {
            _isDisposed = true;
            open = [.. _replicas.OfType<PartitionReplica>()];
            closing = [.. _closing.Values];
            Array.Clear(_replicas);
        }

        await Task.WhenAll([.. closing, .. open.Select(replica => replica.DisposeAsync().AsTask())]).ConfigureAwait(false);
    }

    private PartitionReplica HoldLocked(int partition)
    {
        if (_replicas[partition] is PartitionReplica replica)
        {
            return replica;
        }

        _closing.Remove(partition, out Task? before);
        PartitionReplica opened = new(partition, context, before ?? Task.CompletedTask);
        Volatile.Write(ref _replicas[partition], opened);
        return opened;
    }
}
