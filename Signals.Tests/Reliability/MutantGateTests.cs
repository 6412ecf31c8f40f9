using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Plants bugs and demands that a short run of the power-cut and I/O-error suites reports each; without a bug the same run reports
/// nothing. A mutant that survives is a gap in the suites.
/// </summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class MutantGateTests
{
    private const int Steps = 45;
    private const ulong Seed = 0xB30;
    private const ulong SeedsPerCut = 6;
    private const int OperationsApart = 11;

    private static readonly VersionRetention Kept = new() { Age = TimeSpan.FromDays(2) };

    private static IEnumerable<Mutant> Planted => Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None);

    [TestCaseSource(nameof(Planted))]
    public void Mutant_ShortRunOfTheSuites_IsCaught(Mutant mutant)
    {
        Stopwatch time = Stopwatch.StartNew();
        string? caught = FirstViolation(mutant);
        TestContext.Out.WriteLine($"{mutant}: {caught?.Split('\n')[0] ?? "SURVIVED"} ({time.ElapsedMilliseconds} ms)");
        Assert.That(caught, Is.Not.Null);
    }

    /// <summary>
    /// Bugs inside the engine: found by the workload with kept versions, reads, erasures and interruptions, or by its faults.
    /// </summary>
    [TestCase(PlantedBugs.TwoOwnersOfAFile)]
    [TestCase(PlantedBugs.ErasuresTakenBeforeCommit)]
    [TestCase(PlantedBugs.InterruptedCompactionIsClean)]
    [TestCase(PlantedBugs.FailedFlushTakesErasures)]
    public void PlantedBug_ShortRunOfTheWorkloadWithEverything_IsCaught(string bug)
    {
        Stopwatch time = Stopwatch.StartNew();
        string? caught;
        using (PlantedBugs.Plant(bug))
        {
            caught = FirstViolationTogether();
        }

        TestContext.Out.WriteLine($"{bug}: {caught?.Split('\n')[0] ?? "SURVIVED"} ({time.ElapsedMilliseconds} ms)");
        Assert.That(caught, Is.Not.Null);
    }

    [Test]
    public void Control_TheRunWithEverything_ReportsNothing() => Assert.That(FirstViolationTogether(), Is.Null);

    [Test]
    public void Control_TheSameRun_ReportsNothing() => Assert.That(FirstViolation(Mutant.None), Is.Null);

    private static string? FirstViolation(Mutant mutant)
    {
        IFileSystem Mount(SimFileSystem files) => new MutantFileSystem(files, mutant);
        Durability[] modes = [Durability.Synced, Durability.Buffered];
        return modes.Select(mode => PowerCuts(Mount, mode)).FirstOrDefault(wrong => wrong is not null)
            ?? modes.Select(mode => IoErrors(Mount, mode)).FirstOrDefault(wrong => wrong is not null)
            ?? modes.Select(mode => LockLoss(Mount, mode)).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? FirstViolationTogether()
    {
        int operations;
        try
        {
            operations = CrashWorkload.Record(files => files, Durability.Synced, Seed, Steps, retention: Kept).Run.Operations.Count;
        }
        catch (Exception e)
        {
            return $"the workload fails: {e.GetType().Name}: {e.Message}";
        }

        for (int failAt = 0; failAt < operations; failAt += OperationsApart)
        {
            if (new FaultRun(files => files, Durability.Synced, Seed, Steps, Kept).Verify(failAt, forEver: false) is { } wrong)
            {
                return $"operation {failAt} fails: {wrong}";
            }
        }

        return null;
    }

    private static string? PowerCuts(Func<SimFileSystem, IFileSystem> mount, Durability durability)
    {
        CrashHistory history;
        SimRecording run;
        try
        {
            (history, run) = CrashWorkload.Record(mount, durability, Seed, Steps);
        }
        catch (Exception e)
        {
            return $"{durability}: the workload fails: {e.GetType().Name}: {e.Message}";
        }

        CrashCheck check = new(history, mount);
        for (int cut = 0; cut <= run.Operations.Count; cut++)
        {
            int durable = history.DurableAt(cut);
            string? wrong = check.Verify(run.KillImage(cut), history.AckedAt(cut), durable, isKill: true, (ulong)cut);
            for (ulong seed = 0; seed < SeedsPerCut && wrong is null; seed++)
            {
                wrong = check.Verify(run.CrashImage(cut, seed < 4 ? seed : seed + (ulong)cut), durable, durable, isKill: false, seed);
            }

            if (wrong is not null)
            {
                return $"{durability}, cut {cut}: {wrong}";
            }
        }

        return null;
    }

    private static string? LockLoss(Func<SimFileSystem, IFileSystem> mount, Durability durability)
    {
        try
        {
            return new LockLossRun(mount, durability, Seed).Verify(steps: 10, attempt: 0);
        }
        catch (SignalsException e)
        {
            return $"{durability}, the lock is lost: {e.GetType().Name}: {e.Message}";
        }
    }

    private static string? IoErrors(Func<SimFileSystem, IFileSystem> mount, Durability durability)
    {
        int operations = CrashWorkload.Record(mount, durability, Seed, Steps).Run.Operations.Count;
        for (int failAt = 0; failAt < operations; failAt++)
        {
            if (new FaultRun(mount, durability, Seed, Steps).Verify(failAt, forEver: false) is { } wrong)
            {
                return $"{durability}, operation {failAt} fails: {wrong}";
            }
        }

        return null;
    }
}
