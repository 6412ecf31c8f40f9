using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Plants bugs and demands that a short run of the suite that is there for it reports each; without a bug the same runs report
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

    /// <summary>What a bug breaks stays broken for some operations: so a walk in steps finds it sooner than one by one.</summary>
    private const int WalkStep = 4;

    private static readonly VersionRetention Kept = new() { Age = TimeSpan.FromDays(2) };

    private static IEnumerable<Mutant> Planted => Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None);

    [TestCaseSource(nameof(Planted))]
    public void Mutant_ShortRunOfTheSuites_IsCaught(Mutant mutant)
    {
        Stopwatch time = Stopwatch.StartNew();
        MutantSuite suite = SuiteOf(mutant);
        Durability first = mutant == Mutant.AckBeforeWrite ? Durability.Buffered : Durability.Synced;
        Durability second = first == Durability.Buffered ? Durability.Synced : Durability.Buffered;
        string? caught = FirstViolation(suite, mutant, first, parts: 1) ?? FirstViolation(suite, mutant, second, parts: 1);
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
            caught = FirstViolationTogether(OperationsApart);
        }

        TestContext.Out.WriteLine($"{bug}: {caught?.Split('\n')[0] ?? "SURVIVED"} ({time.ElapsedMilliseconds} ms)");
        Assert.That(caught, Is.Not.Null);
    }

    [Test]
    public void Control_TheRunWithEverything_ReportsNothing() =>
        Assert.That(FirstViolationTogether(OperationsApart * TestScale.Step), Is.Null);

    /// <summary>At a smaller size than the full one only a part of the run, since the suites themselves look at all of it.</summary>
    [Test]
    public void Control_TheSameRun_ReportsNothing(
        [Values] MutantSuite suite, [Values(Durability.Synced, Durability.Buffered)] Durability durability) =>
        Assert.That(FirstViolation(suite, Mutant.None, durability, TestScale.Step), Is.Null);

    /// <summary>The suite that is there to notice the bug; what needs an operation to fail, or a lost lock, no power cut shows.</summary>
    private static MutantSuite SuiteOf(Mutant mutant) => mutant switch
    {
        Mutant.SwallowSyncError or Mutant.RetrySync or Mutant.SwallowWriteError or Mutant.SwallowRenameError
            or Mutant.SwallowDirectorySyncError => MutantSuite.IoErrors,
        Mutant.LockNotLookedAt => MutantSuite.LockLoss,
        _ => MutantSuite.PowerCuts,
    };

    /// <summary>Runs one of so many parts of a suite; returns what it found first, or null.</summary>
    private static string? FirstViolation(MutantSuite suite, Mutant mutant, Durability durability, int parts)
    {
        IFileSystem Mount(SimFileSystem files) => new MutantFileSystem(files, mutant);
        return suite switch
        {
            MutantSuite.PowerCuts => PowerCuts(Mount, durability, parts),
            MutantSuite.IoErrors => IoErrors(Mount, durability, parts),
            _ => LockLoss(Mount, durability),
        };
    }

    private static string? FirstViolationTogether(int apart)
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

        for (int failAt = 0; failAt < operations; failAt += apart)
        {
            if (new FaultRun(files => files, Durability.Synced, Seed, Steps, Kept).Verify(failAt, forEver: false) is { } wrong)
            {
                return $"operation {failAt} fails: {wrong}";
            }
        }

        return null;
    }

    private static string? PowerCuts(Func<SimFileSystem, IFileSystem> mount, Durability durability, int parts)
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
        foreach (int cut in Walk(run.Operations.Count + 1, parts))
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

    private static string? IoErrors(Func<SimFileSystem, IFileSystem> mount, Durability durability, int parts)
    {
        int operations = CrashWorkload.Record(mount, durability, Seed, Steps).Run.Operations.Count;
        foreach (int failAt in Walk(operations, parts))
        {
            if (new FaultRun(mount, durability, Seed, Steps).Verify(failAt, forEver: false) is { } wrong)
            {
                return $"{durability}, operation {failAt} fails: {wrong}";
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

    /// <summary>
    /// The numbers below a count, in steps and then from the next one again, so that each comes once; the first of so many parts.
    /// </summary>
    private static IEnumerable<int> Walk(int count, int parts) => Enumerable.Range(0, WalkStep)
        .SelectMany(from => Enumerable.Range(0, count).Where(number => number % WalkStep == from))
        .Take((count + parts - 1) / parts);
}
