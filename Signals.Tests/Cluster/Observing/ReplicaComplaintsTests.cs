using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Orleans.Health;

namespace Signals.Tests.Cluster.Observing;

/// <summary>What a machine complains about, and how bad it is.</summary>
[Category("Fast")]
internal sealed class ReplicaComplaintsTests
{
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(10);
    private static readonly IOException Planted = new("planted");

    [TestCase(ReplicaRole.Owner)]
    [TestCase(ReplicaRole.Standby)]
    public void Of_AReplicaThatFollows_IsNothing(ReplicaRole role) => Assert.That(Of(Following(role)), Is.Empty);

    [TestCase(ReplicaRole.Owner, HealthStatus.Unhealthy)]
    [TestCase(ReplicaRole.Standby, HealthStatus.Degraded)]
    public void Of_AFailedReplica_IsAsBadAsItsRole(ReplicaRole role, HealthStatus status)
    {
        ReplicaCondition failed = new() { Report = Report(role, ReplicaState.Failed), Error = Planted };
        Assert.That(Of(failed), Is.EqualTo(new[] { new Complaint(3, status, "it failed and is opened again: planted") }));
    }

    [TestCase(ReplicaRole.Owner, HealthStatus.Unhealthy)]
    [TestCase(ReplicaRole.Standby, HealthStatus.Degraded)]
    public void Of_ATruncatedLog_SaysItAlsoWhileTheStoreIsOpen(ReplicaRole role, HealthStatus status)
    {
        foreach (ReplicaState state in new[] { ReplicaState.Failed, ReplicaState.CatchingUp })
        {
            ReplicaCondition truncated = new()
            {
                Report = Report(role, state),
                Error = new LogTruncatedException("events", 3, position: 10, firstOffset: 20),
            };
            Complaint complaint = Of(truncated).Single();
            Assert.That(complaint.Status, Is.EqualTo(status));
            Assert.That(complaint.Reason, Does.Contain("10 records are gone"));
        }
    }

    [Test]
    public void Of_AStoreThatRefusesWrites_IsUnhealthyBeforeItsFeedNotices() => Assert.That(
        Of(Following(ReplicaRole.Owner) with { StoreError = Planted }).Single().Status, Is.EqualTo(HealthStatus.Unhealthy));

    [TestCase(ReplicaState.Opening, "its store is being restored or opened")]
    [TestCase(ReplicaState.CatchingUp, "it catches up, and lacks 7 records")]
    public void Of_AReplicaOnItsWay_IsDegraded(ReplicaState state, string reason)
    {
        ReplicaCondition early = new() { Report = Report(ReplicaRole.Owner, state) with { Lag = null, LagRecords = 7 } };
        Assert.That(Of(early), Is.EqualTo(new[] { new Complaint(3, HealthStatus.Degraded, reason) }));
    }

    [Test]
    public void Of_AReplicaAfterATransientError_IsDegradedUntilItHasCaughtUp()
    {
        ReplicaCondition again = new() { Report = Report(ReplicaRole.Owner, ReplicaState.CatchingUp), Error = Planted };
        Assert.That(Of(again).Single().Status, Is.EqualTo(HealthStatus.Degraded));
    }

    [Test]
    public void Of_ALagBeyondTheLimit_IsDegradedAndSaysWhy()
    {
        ReplicaReport late = Report(ReplicaRole.Owner, ReplicaState.Following) with { Lag = MaxLag * 2, Error = "no broker answers" };
        Assert.That(
            Of(new ReplicaCondition { Report = late }).Single(),
            Is.EqualTo(new Complaint(3, HealthStatus.Degraded, "it is up to 20.0 s late, more than 10.0 s: no broker answers")));
        Assert.That(Of(new ReplicaCondition { Report = late with { Lag = MaxLag } }), Is.Empty, "the limit is allowed");
        Assert.That(
            Of(new ReplicaCondition { Report = late with { Lag = null, Error = null } }).Single().Reason,
            Is.EqualTo("nothing proves how late it is"));
    }

    [Test]
    public void Of_DamageAndFailingWork_AreDegraded()
    {
        ReplicaCondition damaged = Following(ReplicaRole.Standby) with
        {
            Damage = new CorruptionException("a table", 7, "planted"),
            WorkError = Planted,
        };
        Assert.That(Of(damaged).Select(complaint => complaint.Status), Is.EqualTo(new[] { HealthStatus.Degraded, HealthStatus.Degraded }));
        Assert.That(Of(damaged).First().Reason, Does.Contain("it is damaged").And.Contain("a table"));
    }

    [Test]
    public void Of_OldCheckpoints_AreDegradedOnTheOwnerAlone()
    {
        CheckpointHealth old = new()
        {
            IsLate = true,
            LastSuccess = DateTimeOffset.UnixEpoch,
            FailuresSinceSuccess = 3,
            UploadError = Planted,
            CollectError = null,
            LastUpload = null,
        };
        Complaint complaint = Of(Following(ReplicaRole.Owner) with { Checkpoints = old }).Single();
        Assert.That(complaint.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(complaint.Reason, Is.EqualTo("its last checkpoint is of 1970-01-01 00:00:00Z, and that is too old: planted"));
        Assert.That(Of(Following(ReplicaRole.Standby) with { Checkpoints = old }), Is.Empty);
        Assert.That(Of(Following(ReplicaRole.Owner) with { Checkpoints = old with { IsLate = false } }), Is.Empty);
    }

    [Test]
    public void Of_AReplicaThatIsClosing_IsNothing() =>
        Assert.That(Of(new ReplicaCondition { Report = Report(ReplicaRole.Standby, ReplicaState.Closing) with { Lag = null } }), Is.Empty);

    [Test]
    public void OfStandbys_OneFollowsCloseBehind_IsNothing() => Assert.That(OfStandbys(At("other", ReplicaState.Following)), Is.Null);

    [Test]
    public void OfStandbys_NobodyHoldsOne_IsDegraded()
    {
        Complaint nobody = new(3, HealthStatus.Degraded, "no other machine that answers holds a standby");
        Assert.That(OfStandbys(), Is.EqualTo(nobody));
        Assert.That(OfStandbys(At("here", ReplicaState.Following)), Is.EqualTo(nobody), "the owner is not its own standby");
        Assert.That(OfStandbys(At("other", ReplicaState.Following) with { Partition = 4 }), Is.EqualTo(nobody));
    }

    [TestCase(ReplicaState.CatchingUp, 1)]
    [TestCase(ReplicaState.Failed, 1)]
    [TestCase(ReplicaState.Following, 11)]
    public void OfStandbys_NoneCouldTakeOver_SaysHowTheyFare(ReplicaState state, int lagSeconds) => Assert.That(
        OfStandbys(At("other", state) with { Lag = TimeSpan.FromSeconds(lagSeconds) }),
        Is.EqualTo(new Complaint(3, HealthStatus.Degraded, $"no standby is up to date: 'other' is {state}")));

    [Test]
    public void Judge_SeveralComplaints_TheWorstComesFirstAndTheTextIsBounded()
    {
        Complaint[] complaints =
        [
            .. Enumerable.Range(1, 40).Select(partition => new Complaint(partition, HealthStatus.Degraded, "late")),
            new Complaint(77, HealthStatus.Unhealthy, "failed"), new Complaint(77, HealthStatus.Degraded, "old"),
        ];
        HealthCheckResult result = ClusterHealthCheck.Judge(complaints, held: 41, owned: 1);
        Assert.That(result.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(
            result.Description,
            Is.EqualTo("partition 77: failed; partition 1: late; partition 2: late; partition 3: late; partition 4: late; and 37 more."));
        Assert.That(result.Data["partition.77"], Is.EqualTo("failed; old"));
        Assert.That(ClusterHealthCheck.Judge([], held: 2, owned: 1).Status, Is.EqualTo(HealthStatus.Healthy));
    }

    private static IEnumerable<Complaint> Of(ReplicaCondition replica) => ReplicaComplaints.Of(replica, MaxLag);

    private static Complaint? OfStandbys(params ReplicaReport[] others) =>
        ReplicaComplaints.OfStandbys(Report(ReplicaRole.Owner, ReplicaState.Following), others, MaxLag);

    private static ReplicaCondition Following(ReplicaRole role) => new() { Report = Report(role, ReplicaState.Following) };

    private static ReplicaReport At(string silo, ReplicaState state) => Report(ReplicaRole.Standby, state) with { Silo = silo };

    private static ReplicaReport Report(ReplicaRole role, ReplicaState state) => new()
    {
        Silo = "here",
        Partition = 3,
        Role = role,
        State = state,
        Position = 5,
        LagRecords = 0,
        Lag = TimeSpan.FromSeconds(1),
    };
}
