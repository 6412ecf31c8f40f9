using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Runtime.Placement;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;
using Signals.Orleans.Telemetry;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Grains;

/// <summary>
/// The owner of a partition on this machine. It finds the store open, because a standby becomes the owner, or has it opened.
/// </summary>
/// <remarks>
/// Thread contract: Orleans' turns; reads interleave. Two activations at once, which a divided cluster may have for a moment, only
/// make two replicas answer as owners, and each of them says how late it is. Lifetime: until it moves or its silo stops. It is kept alive
/// because an owner that nobody asks is still the owner, and because Orleans refuses to activate what it may collect as long as the clock
/// of its machine is behind where it has been before.
/// </remarks>
[PartitionPlacement]
[Immovable]
[KeepAlive]
[GrainType("signals-partition")]
internal sealed class PartitionGrain(
    ReplicaHost host, ReplicaContext context, ReplicaReader reader, ClusterMachines machines, ILocalSiloDetails silo,
    ILogger<PartitionGrain> logger)
    : Grain, IPartitionGrain, IGrainMigrationParticipant
{
    private bool _wasMoved; // From another machine, which goes on.

    private int Partition => checked((int)this.GetPrimaryKeyLong());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        host.Own(Partition);
        string reason = PromotionReasons.NameOf(
            _wasMoved ? PromotionReason.Moved
            : machines.IsFailover(Partition, context) ? PromotionReason.Failover
            : PromotionReason.Placed);
        context.Telemetry.Promoted(Partition, reason);
        ReplicaLog.Owned(logger, Partition, reason);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        host.Disown(Partition);
        ReplicaLog.Disowned(logger, Partition, reason.Description);
        return Task.CompletedTask;
    }

    void IGrainMigrationParticipant.OnDehydrate(IDehydrationContext dehydrationContext)
    {
        // The data is in the replicas, and the log; only that it was moved is of interest where it arrives.
    }

    void IGrainMigrationParticipant.OnRehydrate(IRehydrationContext rehydrationContext) => _wasMoved = true;

    public Task<ReadReply> ReadAsync(ReadRequest request) => reader.ServeAsync(request, CancellationToken.None);

    public Task MoveAsync(SiloAddress to)
    {
        if (!to.Equals(silo.SiloAddress))
        {
            ReplicaLog.Moving(logger, Partition, to.ToString());
            RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
            MigrateOnIdle();
        }

        return Task.CompletedTask;
    }
}
