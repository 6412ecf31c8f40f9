using Signals.Bench.Clusters;
using Signals.Orleans;
using Signals.Orleans.Placement;

namespace Signals.Tests.Bench;

/// <summary>What must hold in a simulated cluster whatever happens to it, and figures that can be worked out by hand.</summary>
[Category("Fast")]
internal sealed class ClusterSimulationTests
{
    private const double Day = 86_400;

    private static readonly SimulationInputs Inputs = new();

    [Test]
    public void Kill_ForEver_MovesEachOfItsPartitionsOnceToItsStandby([Values(8, 64)] int silos, [Values(1, 2)] int standbys)
    {
        ClusterSimulation cluster = new(Inputs with { Standbys = standbys }, silos);
        SimulatedSilo dead = cluster.Silos[3];
        (SimulatedPartition Partition, SimulatedSilo Owner, SimulatedSilo Next)[] before =
            [.. cluster.Partitions.Select(partition => (partition, partition.Owner!, partition.Members.ElementAt(1)))];
        cluster.Kill(dead, backAfter: null);
        cluster.Clock.Run();
        Assert.That(before.Count(one => one.Owner == dead), Is.Positive);
        foreach ((SimulatedPartition partition, SimulatedSilo owner, SimulatedSilo next) in before)
        {
            Assert.That(partition.Moves, Is.EqualTo(owner == dead ? 1 : 0), $"partition {partition.Number}");
            Assert.That(partition.Owner, Is.SameAs(owner == dead ? next : owner));
        }

        Assert.That(cluster.IsWhole);
    }

    [Test]
    public void Kill_ThatComesBack_MovesEachOfItsPartitionsThereAndBack()
    {
        ClusterSimulation cluster = new(Inputs, 16);
        SimulatedSilo[] owners = [.. cluster.Partitions.Select(partition => partition.Owner!)];
        cluster.Kill(cluster.Silos[0], backAfter: 30);
        cluster.Clock.Run();
        Assert.That(cluster.Partitions.Select(partition => partition.Owner), Is.EqualTo(owners));
        Assert.That(
            cluster.Partitions.Select(partition => partition.Moves), Is.EqualTo(owners.Select(owner => owner == cluster.Silos[0] ? 2 : 0)));
        Assert.That(cluster.Partitions.Select(partition => partition.Replicas.Count), Is.All.EqualTo(2), "replicas in its place go");
    }

    [Test]
    public void Kill_WithAStandby_IsNoticedForTheFailoverOnly()
    {
        ClusterSimulation cluster = new(Inputs, 16);
        cluster.Kill(cluster.Silos[0], backAfter: 30);
        cluster.Clock.Run();
        cluster.Finish();
        SimulatedPartition[] noticed = [.. cluster.Partitions.Where(partition => partition.HasNoticed)];
        Assert.That(noticed, Is.Not.Empty);
        Assert.That(noticed.Select(partition => partition.OwnerlessSeconds), Is.All.InRange(1.6, 2.0));
        Assert.That(cluster.Partitions.Sum(partition => partition.StaleSeconds + partition.UnavailableSeconds), Is.Zero);
    }

    [Test]
    public void Kill_WithoutStandbys_IsUnavailableForFailoverFetchAndOpening()
    {
        SimulationInputs alone = Inputs with
        {
            Standbys = 0,
            PartitionsPerSilo = 1,
            FailoverLeastSeconds = 2,
            FailoverMostSeconds = 2,
            OpenSeconds = 3,
            CheckpointSeconds = 100,
            StoreBytes = 1e9,
            RestoreBytesPerSecond = 1e8,
            StorageBytesPerSecond = 1e12,
            EventsPerSecond = 1000,
            ReplayPerSecond = 11_000,
        };
        ClusterSimulation cluster = new(alone, 4);
        SimulatedPartition partition = cluster.Partitions[0]; // its checkpoints are made at 0, 100, ...
        cluster.Clock.After(150, () => cluster.Kill(partition.Owner!, backAfter: null));
        cluster.Clock.Run();
        cluster.Finish();
        // 2 s until it is noticed, 10 s of transfer, 3 s to open. Then it is 165 - 100 s behind, and the machine replays what is left
        // of 11,000 events/s.
        Assert.That(partition.UnavailableSeconds, Is.EqualTo(15).Within(1e-6));
        double heirs = cluster.Partitions.Count(other => other.Owner == partition.Owner);
        Assert.That(partition.StaleSeconds, Is.EqualTo(65_000 / (11_000 - (heirs * 1000))).Within(1e-6));
    }

    [Test]
    public void Join_OfOneMachine_MovesOnlyWhatItLeads()
    {
        ClusterSimulation cluster = new(Inputs, 32, joiners: 1);
        SimulatedSilo joiner = cluster.Silos[32];
        SimulatedSilo[] owners = [.. cluster.Partitions.Select(partition => partition.Owner!)];
        cluster.Join(joiner);
        cluster.Clock.Run();
        cluster.Finish();
        for (int i = 0; i < owners.Length; i++)
        {
            bool isLed = cluster.Partitions[i].Order[0] == joiner;
            Assert.That(cluster.Partitions[i].Owner, Is.SameAs(isLed ? joiner : owners[i]));
            Assert.That(cluster.Partitions[i].Moves, Is.EqualTo(isLed ? 1 : 0));
        }

        Assert.That(cluster.Partitions.Any(partition => partition.HasNoticed), Is.False, "the old replicas answer meanwhile");
        Assert.That(cluster.Partitions.Sum(partition => partition.Replicas.Count), Is.EqualTo(2 * owners.Length));
    }

    [Test]
    public void Restart_OfEveryMachineInTurn_IsNoticedByNobody()
    {
        SimulationResult result = Scenario("rolling").Run(Inputs, 8);
        Assert.That(result.Noticed, Is.Zero);
        Assert.That(result.Moves, Is.GreaterThanOrEqualTo(2 * result.Partitions), "each partition leaves its owner and comes back");
    }

    [Test]
    public void Anything_WhileMachinesFail_OwnersAndStandbysAreDistinctAndKnown([Range(1, 5)] int seed)
    {
        SimulationInputs inputs = Inputs with
        {
            Seed = seed,
            ProcessFailureDays = 0.05,
            MachineLossDays = 0.5,
            RackFailureDays = 0.5,
            Days = 1,
            Standbys = seed % 3,
            PartitionsPerSilo = 3,
        };
        ClusterSimulation cluster = new(inputs, 8);
        Scenario(SimulationScenario.ManyDaysName).Play(cluster, inputs, 8);
        for (double time = 0; time < Day; time += 61)
        {
            cluster.Clock.Run(time);
            IEnumerable<string?> breaches = cluster.Partitions.Select(partition => FindBreach(cluster, partition, inputs));
            Assert.That(breaches, Is.All.Null, $"seed {seed}, {time} s");
        }

        cluster.Clock.Run();
        Assert.That(cluster.IsWhole, $"seed {seed}: all is well in the end");
        Assert.That(cluster.Partitions.Select(partition => partition.Owner), Is.EqualTo(cluster.Partitions.Select(p => p.Order[0])));
        Assert.That(cluster.Partitions.Select(partition => partition.Replicas.Count), Is.All.EqualTo(1 + inputs.Standbys));
    }

    [Test]
    public void Run_SameSeed_IsTheSame()
    {
        SimulationScenario many = Scenario(SimulationScenario.ManyDaysName);
        SimulationInputs inputs = Inputs with { Days = 3, ProcessFailureDays = 1 };
        SimulationResult first = many.Run(inputs, 16);
        SimulationResult again = many.Run(inputs, 16);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(many.Run(inputs with { Seed = 2 }, 16), Is.Not.EqualTo(first));
    }

    [Test]
    public void Placement_OfMany_IsThatOfTheProductAndMovesAboutAnEvenShare()
    {
        const int Silos = 24;
        const int Partitions = 2400;
        PlacementFigures figures = PlacementFigures.Measure(Silos, Partitions, standbys: 1, racks: 8, trials: 4);
        string[] names = [.. Enumerable.Range(0, Silos).Select(i => $"silo-{i}")];
        double moved = Enumerable.Range(Silos, 4).Average(joiner => Enumerable.Range(0, Partitions).Count(partition =>
            Rendezvous.Order(partition, names)[0] != Rendezvous.Order(partition, [.. names, $"silo-{joiner}"])[0]));
        Assert.That(figures.OwnersMovedByJoin, Is.EqualTo(moved));
        Assert.That(figures.OwnersMovedByJoin, Is.EqualTo(figures.OwnersIdealByJoin).Within(20).Percent);
        Assert.That(figures.ReplicasMadeByJoin, Is.EqualTo(figures.ReplicasIdealByJoin).Within(20).Percent);
        Assert.That(figures.OwnedMaxOverMean, Is.InRange(1, 1.4));
        Assert.That(figures.ReplicasMaxOverMean, Is.InRange(1, 1.3));

        // Two of 24 machines are in one rack of eight in 2 of 23 cases.
        Assert.That(figures.InOneRack, Is.EqualTo(2 / 23.0).Within(20).Percent);
    }

    // Two on one machine, which has 100 a second, and one on another. The storage bounds the three together in the second case.
    [TestCase(1000, 20, 10)]
    [TestCase(90, 100 / 3.0, 100 / 3.0)]
    public void Work_OfTwoOnOneMachine_SharesItsRateAndThatOfTheStorage(double storage, double two, double single)
    {
        SimulationInputs inputs = Inputs with { RestoreBytesPerSecond = 100, StorageBytesPerSecond = storage };
        WorkPool pool = new(inputs);
        SimulationClock clock = new(pool);
        SimulatedSilo one = new("one", 0);
        SimulatedSilo other = new("other", 1);
        Dictionary<string, double> ended = [];
        foreach ((string name, SimulatedSilo silo) in new[] { ("a", one), ("b", one), ("c", other) })
        {
            pool.Add(new SimulatedWork(silo, isTransfer: true, 1000, () => ended[name] = clock.Now));
        }

        clock.Run();
        Assert.That(ended["a"], Is.EqualTo(two).Within(1e-6));
        Assert.That(ended["b"], Is.EqualTo(two).Within(1e-6));
        Assert.That(ended["c"], Is.EqualTo(single).Within(1e-6));
        Assert.That(pool.MostTransfers, Is.EqualTo(3));
        Assert.That(pool.BytesFetched, Is.EqualTo(3000).Within(1e-6));
    }

    [Test]
    public void Inputs_ThatNeverCatchUp_AreRefused() => Assert.That(
        () => (Inputs with { ReplayPerSecond = 40_000 }).Validate(),
        Throws.InstanceOf<FormatException>().With.Message.Contains("--replay"));

    private static string? FindBreach(ClusterSimulation cluster, SimulatedPartition partition, SimulationInputs inputs)
    {
        SimulatedSilo[] holders = [.. partition.Replicas.Select(replica => replica.Silo)];
        string[] members = [.. cluster.Silos.Where(silo => silo.IsMember).Select(silo => silo.Name)];
        string[] order = Rendezvous.Order(partition.Number, members);
        int following = partition.Replicas.Count(replica => replica.State == ReplicaState.Following);
        return holders.Distinct().Count() != holders.Length ? "two replicas on one machine"
            : holders.Any(silo => !silo.IsUp) ? "a replica on a machine that is gone"
            : partition.Owner is { IsUp: true } owner && !holders.Contains(owner) ? "an owner without a replica"
            : !partition.Members.Select(silo => silo.Name).SequenceEqual(order) ? "another order"
            : cluster.Silos.Any(silo => silo.Opening < 0 || silo.Opening > inputs.Openings) ? "too many stores opened at once"
            : partition.IsWhole && following < Math.Min(1 + inputs.Standbys, members.Length) ? "whole without its standbys"
            : null;
    }

    private static SimulationScenario Scenario(string words) =>
        SimulationScenario.All.Single(scenario => scenario.Name.Contains(words, StringComparison.Ordinal));
}
