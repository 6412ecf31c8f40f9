namespace Signals.Bench.Clusters;

/// <summary>What happens to a simulated cluster, by name. Immutable.</summary>
/// <param name="Name">What is printed.</param>
/// <param name="Joiners">How many machines join, for a number of machines.</param>
/// <param name="Play">Makes it happen, from the first second on.</param>
internal sealed record SimulationScenario(
    string Name, Func<int, int> Joiners, Action<ClusterSimulation, SimulationInputs, int> Play)
{
    public const string ManyDaysName = "many days of failures";

    private const double FirstSecond = 100;
    private const double DaySeconds = 86_400;

    public static readonly IReadOnlyList<SimulationScenario> All =
    [
        new("a process is killed, back after its restart", _ => 0, (cluster, inputs, _) =>
            cluster.Clock.After(FirstSecond, () => cluster.Kill(cluster.Silos[0], inputs.RestartSeconds))),
        new("a machine is lost, replaced with an empty disk", _ => 0, (cluster, inputs, _) =>
            cluster.Clock.After(FirstSecond, () => cluster.Kill(cluster.Silos[0], inputs.ReplaceSeconds, losesDisk: true))),
        new("two machines are lost at once", _ => 0, (cluster, inputs, _) => cluster.Clock.After(FirstSecond, () =>
        {
            cluster.Kill(cluster.Silos[0], inputs.ReplaceSeconds, losesDisk: true);
            cluster.Kill(cluster.Silos[1], inputs.ReplaceSeconds, losesDisk: true);
        })),
        new("a rack loses its power and comes back", _ => 0, (cluster, inputs, _) => cluster.Clock.After(FirstSecond, () =>
        {
            foreach (SimulatedSilo silo in cluster.Silos.Where(silo => silo.Rack == 0).ToArray())
            {
                cluster.Kill(silo, inputs.ReplaceSeconds);
            }
        })),
        new("rolling upgrade", _ => 0, RollingUpgrade),
        new("one machine joins", _ => 1, (cluster, _, silos) => cluster.Clock.After(FirstSecond, () => cluster.Join(cluster.Silos[silos]))),
        new("a quarter more machines join at once", silos => silos / 4, (cluster, _, silos) => cluster.Clock.After(FirstSecond, () =>
        {
            foreach (SimulatedSilo silo in cluster.Silos.Skip(silos).ToArray())
            {
                cluster.Join(silo);
            }
        })),
        new(ManyDaysName, _ => 0, ManyDays),
    ];

    /// <summary>Runs it on a new cluster.</summary>
    public SimulationResult Run(SimulationInputs inputs, int silos)
    {
        ClusterSimulation cluster = new(inputs, silos, Joiners(silos));
        Play(cluster, inputs, silos);
        cluster.Clock.Run();
        cluster.Finish();
        return SimulationResult.Of(Name, cluster, silos, FirstSecond);
    }

    // One after the other, and the next one when every partition has an owner and its standbys, as docs/cluster.md asks for.
    private static void RollingUpgrade(ClusterSimulation cluster, SimulationInputs inputs, int silos)
    {
        int next = 0;
        double backAt = 0;
        void Step()
        {
            if (next < silos && cluster.IsWhole && cluster.Clock.Now >= backAt)
            {
                backAt = cluster.Clock.Now + inputs.RestartSeconds;
                cluster.Restart(cluster.Silos[next++], inputs.RestartSeconds);
                cluster.Clock.After(inputs.RestartSeconds, Step);
            }
        }

        cluster.WhenWhole(() => cluster.Clock.After(0, Step));
        cluster.Clock.After(FirstSecond, Step);
    }

    private static void ManyDays(ClusterSimulation cluster, SimulationInputs inputs, int silos)
    {
        Random random = new(inputs.Seed);
        int racks = inputs.RacksOf(silos);
        Repeat(inputs.ProcessFailureDays / silos, () => cluster.Kill(cluster.Silos[random.Next(silos)], inputs.RestartSeconds));
        Repeat(
            inputs.MachineLossDays / silos,
            () => cluster.Kill(cluster.Silos[random.Next(silos)], inputs.ReplaceSeconds, losesDisk: true));
        Repeat(inputs.RackFailureDays / racks, () =>
        {
            int rack = random.Next(racks);
            foreach (SimulatedSilo silo in cluster.Silos.Where(silo => silo.Rack == rack).ToArray())
            {
                cluster.Kill(silo, inputs.ReplaceSeconds);
            }
        });

        // At random moments that do not know of each other, so many days apart on average.
        void Repeat(double days, Action fail)
        {
            double pause = -Math.Log(1 - random.NextDouble()) * days * DaySeconds;
            if (cluster.Clock.Now + pause < inputs.Days * DaySeconds)
            {
                cluster.Clock.After(pause, () =>
                {
                    fail();
                    Repeat(days, fail);
                });
            }
        }
    }
}
