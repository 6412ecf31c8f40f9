namespace Signals.Tests.Cluster.Drills;

/// <summary>Carries out a drill under load, and checks the cluster afterwards. Threads: one test.</summary>
internal static class DrillRun
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CompletePatience = TimeSpan.FromSeconds(30);

    public static async Task<DrillResult> RunAsync(DrillCluster cluster, Drill drill)
    {
        int acknowledged = cluster.Load.Count;
        await using DrillReads reads = new(cluster);
        cluster.Load.Begin();
        reads.Begin();
        await Task.Delay(Before);
        cluster.LongestSettling = TimeSpan.Zero;
        await drill.Harm(cluster);
        await cluster.UntilSettledAsync();
        await reads.EndAsync(CompletePatience);
        await cluster.Load.EndAsync();
        return new DrillResult
        {
            Drill = drill,
            NoAnswer = reads.LongestOfPartition,
            NoAnswerOfMachine = reads.LongestOfMachine,
            Incomplete = reads.LongestIncomplete,
            Settled = cluster.LongestSettling,
            Answers = reads.Answers,
            FewestAnswers = reads.FewestAnswers,
            Late = reads.Late,
            OfStandbys = reads.OfStandbys,
            Refusals = reads.Refusals,
            Faults = reads.Faults,
            Acknowledged = cluster.Load.Count - acknowledged,
            Check = await DrillCheck.RunAsync(cluster),
        };
    }
}
