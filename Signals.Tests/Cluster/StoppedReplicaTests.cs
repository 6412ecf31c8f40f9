using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Orleans;
using Signals.Orleans.Health;
using Signals.Orleans.Replicas;
using Signals.Tests.Cluster.Observing;
using Signals.Tests.Hosting;

namespace Signals.Tests.Cluster;

/// <summary>
/// A record that no replica can apply: the store answers as of the record before it, says how late that is, and goes on when the record
/// can be applied.
/// </summary>
internal sealed class StoppedReplicaTests
{
    private const int Before = 3;
    private static readonly UserId User = UserId.From(1);

    [Test]
    public async Task Follow_ARecordCannotBeApplied_AnswersUpToItAndGoesOnLater()
    {
        await using LoneMachine machine = new();
        await machine.AppendAsync(Before);
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: Before });
        replica.AddOwner();
        machine.Log.PoisonAt = Before;
        await machine.Log.AppendAsync(0, [TestCluster.View(User, 4), TestCluster.View(User, 5)], CancellationToken.None);
        await machine.UntilAsync(report => report.State == ReplicaState.Stopped && report.Lag > machine.Context.Options.CompleteWithin);
        OpenReplica? open = replica.Current;
        using (ClusterSequence late = await machine.Store.ReadAsync(User, "feed"))
        {
            Assert.That((late.Count, late.Answer.Position, late.Answer.IsComplete), Is.EqualTo((Before, (long)Before, false)));
        }

        ReplicaReport stopped = replica.Report();
        Assert.That(stopped.Error, Does.Contain("offset 3"));
        ReplicaCondition condition = new() { Report = stopped, Error = replica.Error };
        Complaint complaint = ReplicaComplaints.Of(condition, TimeSpan.FromSeconds(10)).Single();
        Assert.That(complaint.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(complaint.Reason, Does.Contain("cannot be applied").And.Contains("offset 3"));

        machine.Log.PoisonAt = -1;
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: Before + 2, Error: null });
        Assert.That((replica.Openings, replica.Failures), Is.EqualTo((1L, 1L)), "it was never closed");
        Assert.That(replica.Current, Is.SameAs(open));
    }

    [Test]
    public async Task Follow_TheEndWasAskedForBeforeTheStop_SaysWhyItStands()
    {
        LogLines lines = new();
        await using LoneMachine machine = new(logger: lines);
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        machine.Log.EndsAreTold = told.Task;
        machine.Log.PoisonAt = Before;
        await machine.AppendAsync(Before);
        await machine.UntilAsync(report => report.Position == Before && machine.Log.EndsAsked == 1);
        await machine.Log.AppendAsync(0, [TestCluster.View(User, 4)], CancellationToken.None);
        PartitionReplica replica = await machine.UntilAsync(report => report.State == ReplicaState.Stopped);
        told.SetResult(); // It proves that the replica had caught up.
        await machine.UntilAsync(_ => lines.Of(1101).Length == 1);
        Assert.That((replica.State, replica.Error?.Message), Is.EqualTo((ReplicaState.Stopped, replica.Report().Error)));
        Assert.That(replica.Report().Error, Does.Contain("offset 3"));
    }
}
