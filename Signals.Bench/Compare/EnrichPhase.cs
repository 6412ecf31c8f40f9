using Signals.Bench.Candidates;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// Every event of the frequent type gets its vector, from sorted rows until a read returns one, and until the store has put them
/// into their final place. Then users are read with their vectors.
/// </summary>
internal static class EnrichPhase
{
    /// <summary>Measures it, and returns how many answers are wrong.</summary>
    public static int Run(ICandidate candidate, EnrichmentRows rows, ReadPlan plan, FigureSet figures)
    {
        int count = rows.Log.Count;
        ulong first = rows.Log.Users[0];
        PhaseClock clock = PhaseClock.Start();
        candidate.Enrich(rows);
        candidate.ReadVectors(first);
        figures["enrich_readable"] = count / clock.Elapsed.TotalSeconds / 1e6;
        figures.AddUse("enrich_readable", clock, count);
        int wrong = CountWrong(candidate, plan.Model);
        candidate.FlushAndCompact();
        candidate.ReadVectors(first);
        figures["enrich"] = count / clock.Elapsed.TotalSeconds / 1e6;
        figures.AddUse("enrich", clock, count);
        wrong += CountWrong(candidate, plan.Model);
        Console.WriteLine(
            $"   enrichment: readable at {figures["enrich_readable"]:F2} M rows/s, settled at {figures["enrich"]:F2}; wrong: {wrong}");
        figures.AddReads("read_vectors", ReadPhase.Run(candidate.ReadVectors, plan.Zipf));
        return wrong;
    }

    private static int CountWrong(ICandidate candidate, SequenceModel model)
    {
        Answer events = new(ICandidate.ReadRows);
        VectorAnswer expected = new(Vectors64.Dimensions);
        VectorAnswer actual = new(Vectors64.Dimensions);
        int wrong = 0;
        foreach (ulong user in model.Users)
        {
            model.Read(user, ReadShape.OneType, events);
            expected.Count = events.Count;
            for (int row = 0; row < events.Count; row++)
            {
                expected.Times[row] = events.Times[row];
                expected.Ids[row] = events.Ids[row];
                Vectors64.Write(events.Ids[row], expected.VectorAt(row));
            }

            candidate.ReadVectors(user, actual);
            if (actual.FirstDifference(expected) is string difference && wrong++ < 5)
            {
                Console.WriteLine($"WRONG ANSWER {candidate.Name}, user {user}, vectors: {difference}");
            }
        }

        return wrong;
    }
}
