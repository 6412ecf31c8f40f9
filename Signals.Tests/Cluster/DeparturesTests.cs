using System.Collections.Immutable;
using System.Net;
using Orleans.Runtime;
using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

/// <summary>Whether a partition comes to a machine because another one was lost.</summary>
[Category("Fast")]
internal sealed class DeparturesTests
{
    private static readonly string[] Order = Rendezvous.Order(0, ["a", "b", "c", "d"]);
    private Departures _departures = null!;
    private long _version;

    [SetUp]
    public void Begin() => _departures = new Departures();

    [Test]
    public void IsFailover_TheMachineBeforeDied_IsTrue()
    {
        Look(SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Dead, SiloStatus.Active);
        Assert.That(IsFailover(1));
        Assert.That(IsFailover(1), Is.False, "the same loss explains no second promotion");
        Look(SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Dead, SiloStatus.Active);
        Assert.That(IsFailover(1), "it came back and died again");
    }

    [Test]
    public void IsFailover_TheOwnerWasBehindInTheOrder_IsTrue()
    {
        Look(SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Active, SiloStatus.Dead);
        Assert.That(IsFailover(0));
    }

    [Test]
    public void IsFailover_TheLostMachineHeldNoReplica_IsFalse()
    {
        Look(SiloStatus.Active, SiloStatus.Active, SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Active, SiloStatus.Active, SiloStatus.Active, SiloStatus.Dead);
        Assert.That(IsFailover(0), Is.False);
    }

    [Test]
    public void IsFailover_TheMachineBeforeIsNotListedAnyMore_IsTrue()
    {
        Look(SiloStatus.Active, SiloStatus.Active);
        _departures.Look(Snapshot([(Order[1], SiloStatus.Active)]));
        Assert.That(IsFailover(1));
    }

    [TestCase(SiloStatus.ShuttingDown)]
    [TestCase(SiloStatus.Stopping)]
    public void IsFailover_TheMachineBeforeStoppedInOrder_IsFalse(SiloStatus leaving)
    {
        Look(SiloStatus.Active, SiloStatus.Active);
        Look(leaving, SiloStatus.Active);
        Assert.That(IsFailover(1), Is.False);
        Look(SiloStatus.Dead, SiloStatus.Active);
        Assert.That(IsFailover(1), Is.False, "which is how it ends");
    }

    [Test]
    public void IsFailover_TheDeadWereNeverSeenAlive_IsFalse()
    {
        Look(SiloStatus.Dead, SiloStatus.Active);
        Assert.That(IsFailover(1), Is.False, "the whole cluster was started anew");
    }

    [Test]
    public void IsFailover_TheMachineBeforeIsBack_IsFalse()
    {
        Look(SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Dead, SiloStatus.Active);
        _departures.Look(Snapshot([(Order[0], SiloStatus.Dead), (Order[0], SiloStatus.Joining), (Order[1], SiloStatus.Active)]));
        Assert.That(IsFailover(1), Is.False);
    }

    [Test]
    public void IsFailover_SeveralAreGone_TheLastOneCounts()
    {
        Look(SiloStatus.Active, SiloStatus.Active, SiloStatus.Active);
        Look(SiloStatus.Dead, SiloStatus.Active, SiloStatus.Active);
        Assert.That(IsFailover(1));
        Look(SiloStatus.Dead, SiloStatus.ShuttingDown, SiloStatus.Active);
        Assert.That(IsFailover(2), Is.False, "the second one, which had the partition, stopped in order");
    }

    private bool IsFailover(int place) => _departures.IsFailover(0, Order[place], holders: 3);

    private void Look(params SiloStatus[] inOrder) => _departures.Look(Snapshot([.. inOrder.Select((status, i) => (Order[i], status))]));

    private ClusterMembershipSnapshot Snapshot((string Name, SiloStatus Status)[] members)
    {
        _version++;
        return new ClusterMembershipSnapshot(
            members.Select((member, i) => new ClusterMember(
                SiloAddress.New(IPAddress.Loopback, 1000 + i, 1), member.Status, member.Name))
                .ToImmutableDictionary(member => member.SiloAddress),
            new MembershipVersion(_version));
    }
}
