using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Machines of a real cluster of processes, and what they stand on, are taken away and come back under load. Every answer in between must
/// be true to its lag, and afterwards everything that was acknowledged is there once, the same on every replica.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class DrillTests
{
    // Of one node for one partition. The second before the harm alone has a few times as many on a machine that is not overloaded.
    private const int LeastAnswers = 5;

    /// <summary>
    /// The drills of machines and of the log; in the long run those of what machines stand on as well. Each takes half a minute, so below
    /// full size the first one is listed and says that it is skipped.
    /// </summary>
    public static IEnumerable<TestCaseData> Drills()
    {
        Drill[] all = [.. MachineDrills.All, .. LogDrills.All, .. StormTests.IsLongRun ? OutageDrills.All : []];
        return all.Take(StormTests.IsLongRun || TestScale.Factor >= 1 ? all.Length : 1)
            .Select(drill => new TestCaseData(drill).SetArgDisplayNames(drill.Name));
    }

    [TestCaseSource(nameof(Drills))]
    public async Task Drill_UnderLoad_EveryAnswerIsTrueAndNothingIsLost(Drill drill)
    {
        if (TestScale.Factor < 1 && !StormTests.IsLongRun)
        {
            Assert.Ignore("It takes half a minute, so it runs at full size only (SIGNALS_TEST_SCALE=1).");
        }

        await using DrillCluster cluster = await DrillCluster.StartAsync(drill.Options);
        DrillResult result = await DrillRun.RunAsync(cluster, drill);
        await TestContext.Out.WriteLineAsync($"{DrillResult.Header}\n{result.Row}");
        Assert.That(result.Violations(), Is.Empty);
        Assert.That(result.FewestAnswers, Is.AtLeast(LeastAnswers), "every node was asked for every partition, again and again");
        await FoldersAtTheEnd.CheckAsync(cluster);
    }
}
