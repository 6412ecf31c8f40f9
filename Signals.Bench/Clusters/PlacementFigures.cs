using Signals.Orleans.Placement;

namespace Signals.Bench.Clusters;

/// <summary>
/// How evenly the product's placement shares partitions out, and what moves when one machine joins or leaves. Immutable.
/// </summary>
internal sealed record PlacementFigures
{
    public required int Silos { get; init; }

    public required int Partitions { get; init; }

    /// <summary>Owned partitions of the machine that has most, over the mean.</summary>
    public required double OwnedMaxOverMean { get; init; }

    /// <summary>Replicas of the machine that has most, over the mean.</summary>
    public required double ReplicasMaxOverMean { get; init; }

    /// <summary>Partitions whose owner changes when one machine joins; the mean over joiners.</summary>
    public required double OwnersMovedByJoin { get; init; }

    /// <summary>The least that a join must move so that everybody has the same: partitions over machines.</summary>
    public double OwnersIdealByJoin => (double)Partitions / (Silos + 1);

    /// <summary>Replicas that a join makes anew; the mean over joiners.</summary>
    public required double ReplicasMadeByJoin { get; init; }

    public required double ReplicasIdealByJoin { get; init; }

    /// <summary>Partitions whose owner changes when one machine leaves; the mean over leavers.</summary>
    public required double OwnersMovedByLeave { get; init; }

    /// <summary>Of the partitions that a leaver owned, the greatest part that one other machine gets, as a number.</summary>
    public required int MostToOneHeir { get; init; }

    /// <summary>The share of partitions all of whose replicas are in one rack of so many as machines are dealt to.</summary>
    public required double InOneRack { get; init; }

    /// <param name="silos">How many machines there are.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="standbys">Standbys of each partition.</param>
    /// <param name="racks">Racks to which the machines are dealt in turn.</param>
    /// <param name="trials">How many machines join, and how many leave, one at a time.</param>
    public static PlacementFigures Measure(int silos, int partitions, int standbys, int racks, int trials)
    {
        string[] names = [.. Enumerable.Range(0, silos).Select(i => $"silo-{i}")];
        string[] joiners = [.. Enumerable.Range(0, trials).Select(i => $"silo-{silos + i}")];
        Dictionary<string, int> racksOf = names.Select((name, i) => (name, i % racks)).ToDictionary(pair => pair.name, pair => pair.Item2);
        int copies = Math.Min(1 + standbys, silos);
        Dictionary<string, int> owned = names.ToDictionary(name => name, _ => 0);
        Dictionary<string, int> held = names.ToDictionary(name => name, _ => 0);
        Dictionary<(string Leaver, string Heir), int> heirs = [];
        int moved = 0;
        int made = 0;
        int oneRack = 0;
        for (int partition = 0; partition < partitions; partition++)
        {
            // A machine more or less does not change the order of the others, so one order answers for all joins and leaves.
            string[] all = Rendezvous.Order(partition, [.. names, .. joiners]);
            string[] order = [.. all.Where(racksOf.ContainsKey)];
            owned[order[0]]++;
            foreach (string name in order.Take(copies))
            {
                held[name]++;
            }

            heirs[(order[0], order[1])] = heirs.GetValueOrDefault((order[0], order[1])) + 1;
            oneRack += order.Take(copies).Select(name => racksOf[name]).Distinct().Count() == 1 ? 1 : 0;
            foreach (string joiner in joiners)
            {
                int before = all.TakeWhile(name => name != joiner).Count(racksOf.ContainsKey);
                moved += before == 0 ? 1 : 0;
                made += before < copies ? 1 : 0;
            }
        }

        return new PlacementFigures
        {
            Silos = silos,
            Partitions = partitions,
            OwnedMaxOverMean = owned.Values.Max() / ((double)partitions / silos),
            ReplicasMaxOverMean = held.Values.Max() / ((double)partitions * copies / silos),
            OwnersMovedByJoin = (double)moved / trials,
            ReplicasMadeByJoin = (double)made / trials,
            ReplicasIdealByJoin = (double)partitions * copies / (silos + 1),
            OwnersMovedByLeave = names.Take(trials).Average(name => owned[name]),
            MostToOneHeir = heirs.Values.Max(),
            InOneRack = copies > 1 ? (double)oneRack / partitions : 1,
        };
    }
}
