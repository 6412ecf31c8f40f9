using System.Collections.Immutable;
using System.Net;
using Orleans.Runtime;
using Signals.Orleans;
using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

/// <summary>Standbys are in other zones than their owners, and nobody computes it otherwise.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class ZoneTests
{
    private const int Partitions = 12;

    private static readonly string[] Names = ["a.1", "a.2", "a.3", "b.1", "b.2", "c.1"];

    [Test]
    public void Order_WithZones_TheFirstOfEachZoneComeFirst()
    {
        for (int partition = 0; partition < 500; partition++)
        {
            string[] byWeight = Rendezvous.Order(partition, Names);
            string[] order = Rendezvous.Order(partition, Names, ZoneOf);
            Assert.That(order[0], Is.EqualTo(byWeight[0]));
            Assert.That(order, Is.EquivalentTo(byWeight));
            Assert.That(order.Take(3), Is.EqualTo(byWeight.GroupBy(ZoneOf).Select(zone => zone.First())));
            Assert.That(
                order.Skip(3).Take(2), Is.EqualTo(byWeight.Where(name => byWeight.First(other => ZoneOf(other) == ZoneOf(name)) != name)
                    .GroupBy(ZoneOf).Select(zone => zone.First())));
        }
    }

    [Test]
    public void Order_OfOneZoneOrOfNone_IsThatByWeight()
    {
        for (int partition = 0; partition < 100; partition++)
        {
            string[] byWeight = Rendezvous.Order(partition, Names);
            Assert.That(Rendezvous.Order(partition, Names, _ => "one"), Is.EqualTo(byWeight));
            Assert.That(Rendezvous.Order(partition, Names, _ => ""), Is.EqualTo(byWeight), "an empty zone is shared with nobody");
            Assert.That(Rendezvous.Order(partition, Names, _ => null!), Is.EqualTo(byWeight), "nor is none");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void HoldersOf_AMachineHasJoined_AreAlsoThoseThatHeldThePartitionBefore(int standbys)
    {
        foreach (string joined in Names)
        {
            ClusterView view = ViewOf(Names);
            ClusterView before = ViewOf([.. Names.Where(name => name != joined)]);
            for (int partition = 0; partition < 500; partition++)
            {
                string[] holders = view.HoldersOf(partition, standbys);
                Assert.That(holders, Is.Unique);
                Assert.That(holders.Take(standbys + 1), Is.EqualTo(view.OrderOf(partition).Take(standbys + 1)));
                Assert.That(before.OrderOf(partition).Take(standbys + 1), Is.SubsetOf(holders));
            }
        }
    }

    [Test]
    public async Task Cluster_WithZones_EachPartitionIsInTwoOfThem()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(silos: 4, Partitions, options => options.ZoneOf = ZoneOfSilo);
        await cluster.UntilAsync(
            reports => reports.Count == 2 * Partitions && reports.All(report => report.State == ReplicaState.Following)
                && reports.Count(report => report.Role == ReplicaRole.Owner) == Partitions,
            "an owner and a standby of each partition");
        ILookup<int, string> zones = cluster.Silos.SelectMany(silo => TestCluster.StoreOn(silo).GetLocalReplicas())
            .ToLookup(report => report.Partition, report => ZoneOfSilo(report.Silo));
        Assert.That(
            Enumerable.Range(0, Partitions).Select(partition => zones[partition].Order()), Is.All.EqualTo(new[] { "east", "west" }));

        // Without zones some partitions would have both replicas in one.
        string[] silos = [.. cluster.Silos.Select(silo => silo.Name)];
        IEnumerable<int> inOneZone = Enumerable.Range(0, Partitions).Where(
            partition => Rendezvous.Order(partition, silos).Take(2).Select(ZoneOfSilo).Distinct().Count() == 1);
        Assert.That(inOneZone, Is.Not.Empty);
    }

    private static string ZoneOf(string name) => name[..1];

    private static string ZoneOfSilo(string name) => name is "Silo_0" or "Silo_1" ? "east" : "west";

    private static ClusterView ViewOf(string[] names)
    {
        ImmutableDictionary<SiloAddress, ClusterMember> members = names.Select(
            (name, i) => new ClusterMember(SiloAddress.New(IPAddress.Loopback, 1000 + i, 1), SiloStatus.Active, name))
            .ToImmutableDictionary(member => member.SiloAddress);
        return ClusterView.Of(new ClusterMembershipSnapshot(members, new MembershipVersion(1)), ZoneOf);
    }
}
