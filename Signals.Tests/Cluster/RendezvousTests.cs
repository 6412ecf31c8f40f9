using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

[Category("Fast")]
internal sealed class RendezvousTests
{
    private static readonly string[] Names = ["alpha", "beta", "gamma", "delta", "epsilon"];

    [TestCase(0, "alpha", 17241509786769098993UL)]
    [TestCase(1, "alpha", 17732475627934473857UL)]
    [TestCase(7, "silo-2", 2739333778774112492UL)]
    [TestCase(4095, "größe", 14806373839186832895UL)]
    public void Weight_OfAPartitionAndName_NeverChanges(int partition, string name, ulong weight) =>
        Assert.That(Rendezvous.Weight(partition, name), Is.EqualTo(weight));

    [Test]
    public void Order_AMachineLeaves_OnlyItsPartitionsMoveEachToItsStandby()
    {
        for (int partition = 0; partition < 500; partition++)
        {
            string[] before = Rendezvous.Order(partition, Names);
            foreach (string gone in Names)
            {
                string[] after = Rendezvous.Order(partition, Names.Where(name => name != gone));
                Assert.That(after, Is.EqualTo(before.Where(name => name != gone)));
            }
        }
    }

    [Test]
    public void Order_AnyOrderOfTheNames_IsTheSame()
    {
        string[] reversed = [.. Names.Reverse(), "alpha"];
        for (int partition = 0; partition < 100; partition++)
        {
            Assert.That(Rendezvous.Order(partition, reversed), Is.EqualTo(Rendezvous.Order(partition, Names)));
        }
    }

    [Test]
    public void Order_ManyPartitions_AreSharedOutFairly()
    {
        ILookup<string, int> owned = Enumerable.Range(0, 10_000).ToLookup(partition => Rendezvous.Order(partition, Names)[0]);
        Assert.That(Names.Select(name => owned[name].Count()), Is.All.InRange(1800, 2200));
    }
}
