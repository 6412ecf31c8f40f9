using System.Diagnostics;
using System.Globalization;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Random drills, one after the other, in one cluster that is never started anew: what one leaves behind meets the next. Ten of them at
/// full size; SIGNALS_DRILLS gives another number, such as 100 for a long run, SIGNALS_DRILL_MINUTES after what time no further one begins,
/// and SIGNALS_DRILL_SEED another order.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class StormTests
{
    /// <summary>Whether somebody asked for the long run, which takes a quarter of an hour and more.</summary>
    public static bool IsLongRun => Environment.GetEnvironmentVariable("SIGNALS_DRILLS") is { Length: > 0 };

    [Test]
    public async Task Storm_RandomDrills_NothingIsLostAndNothingIsTwice()
    {
        int drills = Number("SIGNALS_DRILLS", 0);
        if (drills == 0)
        {
            Assert.Ignore("A storm of drills takes many minutes: set SIGNALS_DRILLS to how many it has.");
        }

        int seed = Number("SIGNALS_DRILL_SEED", Environment.TickCount & 0xFFFF);
        Drill[] all = [.. MachineDrills.All.Concat(OutageDrills.All).Concat(LogDrills.All).Where(drill => drill.FitsStorm)];
        await using DrillCluster cluster = await DrillCluster.StartAsync(new DrillOptions { Seed = seed });
        Say($"seed {seed}, bounds times {DrillBound.Factor}\n{DrillResult.Header}");
        List<DrillResult> results = [];
        long began = Stopwatch.GetTimestamp();
        TimeSpan most = TimeSpan.FromMinutes(Number("SIGNALS_DRILL_MINUTES", 1440));
        foreach (Drill drill in Choose(all, drills, cluster.Random).TakeWhile(_ => Stopwatch.GetElapsedTime(began) < most))
        {
            try
            {
                DrillResult result = await DrillRun.RunAsync(cluster, drill);
                results.Add(result);
                Say(result.Row);
            }
            catch
            {
                Say($"{drill.Name}: it did not come to its end");
                throw;
            }
        }

        Say(Summary(results));
        Assert.Multiple(() => results.ForEach(
            result => Assert.That(result.Violations(), Is.Empty, $"{result.Drill.Name}, seed {seed}")));
        await FoldersAtTheEnd.CheckAsync(cluster);
    }

    // Each drill comes before any comes again, so that few drills are different ones.
    private static IEnumerable<Drill> Choose(Drill[] all, int count, Random random) =>
        Enumerable.Range(0, (count / all.Length) + 1).SelectMany(_ => Shuffled(all, random)).Take(count);

    private static Drill[] Shuffled(Drill[] all, Random random)
    {
        Drill[] shuffled = [.. all];
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static string Summary(List<DrillResult> results) => string.Create(
        CultureInfo.InvariantCulture,
        $"{results.Count} drills, {results.Sum(result => result.Acknowledged)} acknowledged, {results.Sum(result => result.Answers)} "
            + $"answers: {results.Sum(result => result.Check.Lost.Count)} lost, {results.Sum(result => result.Check.Twice.Count)} twice, "
            + $"{results.Sum(result => result.Check.Different.Count)} different, {results.Sum(result => result.Faults.Count)} untrue");

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    // At once, because a long run is watched.
    private static void Say(string line) => TestContext.Progress.WriteLine(line);
}
