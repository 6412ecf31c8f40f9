using Signals.Orleans;
using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

[Category("Fast")]
internal sealed class PlanTests
{
    private static readonly string[] Order = ["first", "second", "third"];
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    [TestCase("first", 1, PartitionDuty.Lead)]
    [TestCase("second", 1, PartitionDuty.Follow)]
    [TestCase("third", 1, PartitionDuty.None)]
    [TestCase("third", 2, PartitionDuty.Follow)]
    [TestCase("second", 0, PartitionDuty.None)]
    [TestCase("gone", 1, PartitionDuty.None)]
    public void DutyOf_AMachine_FollowsFromItsPlace(string self, int standbys, object duty) =>
        Assert.That(ReplicaPlan.DutyOf(Order, self, standbys), Is.EqualTo(duty));

    [Test]
    public void Choose_FreshReplicas_TakesTheFirstOfThem() =>
        Assert.That(Choose(Following("third"), Following("second")), Is.EqualTo("second"));

    [Test]
    public void Choose_FirstIsStillWarmingUp_TakesTheFreshStandby() =>
        Assert.That(Choose(CatchingUp("first", 50), Following("second")), Is.EqualTo("second"));

    [Test]
    public void Choose_NoneIsFresh_TakesTheOneThatHasTheMost() =>
        Assert.That(Choose(CatchingUp("first", 50), CatchingUp("third", 70)), Is.EqualTo("third"));

    [Test]
    public void Choose_LateReplica_IsNotFresh() =>
        Assert.That(Choose(Following("first") with { Lag = TimeSpan.FromSeconds(2) }, Following("third")), Is.EqualTo("third"));

    [Test]
    public void Choose_NothingKnown_TakesTheFirst() => Assert.That(Choose(), Is.EqualTo("first"));

    [Test]
    public void Choose_FirstHasFailed_TakesTheNext() =>
        Assert.That(Choose(Following("first") with { State = ReplicaState.Failed, Lag = null }), Is.EqualTo("second"));

    [Test]
    public void Choose_AllHaveFailed_TakesTheFirst() =>
        Assert.That(Choose([.. Order.Select(name => Following(name) with { State = ReplicaState.Failed })]), Is.EqualTo("first"));

    [Test]
    public void MayClose_TheOthersAreFreshAndOneOwns_IsTrue() =>
        Assert.That(MayClose(Following("first") with { Role = ReplicaRole.Owner }, Following("second")));

    [Test]
    public void MayClose_OneOfTheOthersIsNotFresh_IsFalse() =>
        Assert.That(MayClose(Following("first") with { Role = ReplicaRole.Owner }, CatchingUp("second", 5)), Is.False);

    [Test]
    public void MayClose_OneOfTheOthersIsUnknown_IsFalse() =>
        Assert.That(MayClose(Following("first") with { Role = ReplicaRole.Owner }), Is.False);

    [Test]
    public void MayClose_NobodyOwns_IsFalse() => Assert.That(MayClose(Following("first"), Following("second")), Is.False);

    [Test]
    public void MayClose_OwnedHere_IsFalse() =>
        Assert.That(
            ReplicaPlan.MayClose(
                Order, standbys: 1, ownsHere: true,
                [Following("first") with { Role = ReplicaRole.Owner }, Following("second")], Fresh),
            Is.False);

    private static string Choose(params ReplicaReport[] reports) => OwnerChoice.Choose(Order, reports, Fresh);

    private static bool MayClose(params ReplicaReport[] reports) =>
        ReplicaPlan.MayClose(Order, standbys: 1, ownsHere: false, reports, Fresh);

    private static ReplicaReport Following(string silo) => new()
    {
        Silo = silo,
        Partition = 3,
        Role = ReplicaRole.Standby,
        State = ReplicaState.Following,
        Position = 100,
        LagRecords = 0,
        Lag = TimeSpan.FromMilliseconds(10),
    };

    private static ReplicaReport CatchingUp(string silo, long position) =>
        Following(silo) with { State = ReplicaState.CatchingUp, Position = position, Lag = null };
}
