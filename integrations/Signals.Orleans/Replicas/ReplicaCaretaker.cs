using Signals.Orleans.Grains;
using Signals.Orleans.Placement;

namespace Signals.Orleans.Replicas;

/// <summary>
/// Makes this machine hold the replicas that membership gives it, own those that it leads once they are fresh, and close those that
/// others have.
/// </summary>
/// <remarks>
/// Thread contract: one loop of its own, from when the silo is active until it stops. Every round begins with what is there, so a
/// round that fails, or that saw a stale view, is made good by the next one.
/// </remarks>
internal sealed class ReplicaCaretaker(
    ReplicaHost host, ReplicaContext context, IClusterMembershipService membership, ILocalSiloDetails silo,
    ClusterMachines machines, ReplicaReports reports, IGrainFactory grains)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private Task _looking = Task.CompletedTask;

    void ILifecycleParticipant<ISiloLifecycle>.Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ReplicaCaretaker), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _ending.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _looking = Task.Run(() => RunAsync(_ending.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    // Stops moving owners. The replicas go on: they answer until the silo has handed its grains over.
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        context.Pulse.End();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            context.Pulse.Beat();
            try
            {
                await LookAfterAsync(cancellationToken).ConfigureAwait(false);
                await NextRoundAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) // Whatever it was: without the caretaker the machine would take over nothing any more.
            {
                ReplicaLog.RoundFailed(context.Logger, error);
                await Task.Delay(Interval, context.Time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // After the interval, or at once when membership changes.
    private async Task NextRoundAsync(CancellationToken cancellationToken)
    {
        MembershipVersion seen = membership.CurrentSnapshot.Version;
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task interval = Task.Delay(Interval, context.Time, ending.Token);
        Task changed = WhenChangedAsync(seen, ending.Token);
        await Task.WhenAny(interval, changed).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(interval, changed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task WhenChangedAsync(MembershipVersion seen, CancellationToken cancellationToken)
    {
        await foreach (ClusterMembershipSnapshot update in membership.MembershipUpdates.WithCancellation(cancellationToken))
        {
            if (update.Version > seen)
            {
                return;
            }
        }
    }

    private async Task LookAfterAsync(CancellationToken cancellationToken)
    {
        machines.Look();
        ClusterView view = ClusterView.Of(membership.CurrentSnapshot, context.Options.ZoneOf, silo.SiloAddress);
        HoldAll(view);
        IReadOnlyList<ReplicaReport>? known = null;
        List<Task> settling = [];
        for (int partition = 0; partition < context.Options.Partitions; partition++)
        {
            string[] order = view.OrderOf(partition);
            PartitionDuty duty = ReplicaPlan.DutyOf(order, context.Silo, context.Options.Standbys);
            PartitionReplica? replica = host.TryGet(partition);
            if (replica is null || (duty == PartitionDuty.Follow && !IsOutOfService(replica)) || IsSettled(duty, replica))
            {
                continue;
            }

            known ??= await reports.AskAsync(view.Names.Select(view.AddressOf), Patience, cancellationToken).ConfigureAwait(false);
            ReplicaReport[] here = [.. known.Where(report => report.Partition == partition)];
            settling.Add(TrySettleAsync(partition, duty, replica, order, here, view, cancellationToken));
        }

        await Task.WhenAll(settling).ConfigureAwait(false);
    }

    // Before anything that can fail or wait. Stores open in this order, so those that this machine should own come first.
    private void HoldAll(ClusterView view)
    {
        foreach (PartitionDuty duty in new[] { PartitionDuty.Lead, PartitionDuty.Follow })
        {
            for (int partition = 0; partition < context.Options.Partitions; partition++)
            {
                if (ReplicaPlan.DutyOf(view.OrderOf(partition), context.Silo, context.Options.Standbys) == duty)
                {
                    host.Hold(partition);
                }
            }
        }
    }

    // An owner that does not answer must not hold up the other partitions.
    private async Task TrySettleAsync(
        int partition, PartitionDuty duty, PartitionReplica replica, string[] order,
        ReplicaReport[] here, ClusterView view, CancellationToken cancellationToken)
    {
        try
        {
            await SettleAsync(partition, duty, replica, order, here, view, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            ReplicaLog.NotSettled(context.Logger, partition, error.Message);
        }
    }

    private static bool IsSettled(PartitionDuty duty, PartitionReplica replica) =>
        duty == PartitionDuty.Lead && replica.Role == ReplicaRole.Owner && !IsOutOfService(replica);

    // Owned here, and not able to answer, or not to go on: another replica may be.
    private static bool IsOutOfService(PartitionReplica replica) =>
        replica.Role == ReplicaRole.Owner && replica.State is (ReplicaState.Failed or ReplicaState.Stopped);

    private async Task SettleAsync(
        int partition, PartitionDuty duty, PartitionReplica replica, string[] order,
        ReplicaReport[] here, ClusterView view, CancellationToken cancellationToken)
    {
        TimeSpan fresh = context.Options.CompleteWithin;
        if (IsOutOfService(replica))
        {
            if (OwnerChoice.Choose(order, here, fresh) is string other && other != context.Silo)
            {
                await MoveAsync(partition, view.AddressOf(other), cancellationToken).ConfigureAwait(false);
            }
        }
        else if (duty == PartitionDuty.Lead)
        {
            if (OwnerChoice.IsFresh(replica.Report(), fresh)) // One that stands before a record would lose it again in the next round.
            {
                await MoveAsync(partition, silo.SiloAddress, cancellationToken).ConfigureAwait(false);
            }
        }
        else if (ReplicaPlan.MayClose(order, context.Options.Standbys, replica.Role == ReplicaRole.Owner, here, fresh))
        {
            ReplicaLog.Released(context.Logger, partition);
            await host.ReleaseAsync(partition).WaitAsync(Patience, context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task MoveAsync(int partition, SiloAddress to, CancellationToken cancellationToken) =>
        grains.GetGrain<IPartitionGrain>(partition).MoveAsync(to).WaitAsync(Patience, context.Time, cancellationToken);
}
