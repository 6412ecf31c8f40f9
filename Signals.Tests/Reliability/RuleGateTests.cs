using System.Diagnostics;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Breaks one rule of merging, retention or erasure at a time, in the model, and demands that the comparison with what a
/// store holds after a kill reports it. An engine that broke the rule would differ from the right model at the same place: so
/// the workloads of the crash suites are rich enough to notice. What a file system cannot plant,
/// <see cref="MutantGateTests"/> does not cover.
/// </summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class RuleGateTests
{
    private const ulong BaseSeed = 0xB19;
    private const ulong Workloads = 8;
    private const int Steps = 200;
    private const int CutsEach = 12;

    private static IEnumerable<CrashRule> Broken => Enum.GetValues<CrashRule>().Where(rule => rule != CrashRule.None);

    [TestCaseSource(nameof(Broken))]
    public void Rule_BrokenInTheModel_IsNoticed(CrashRule rule)
    {
        Stopwatch time = Stopwatch.StartNew();
        string? noticed = FirstDifference(rule);
        TestContext.Out.WriteLine($"{rule}: {noticed?.Split('\n')[0] ?? "NOT NOTICED"} ({time.ElapsedMilliseconds} ms)");
        Assert.That(noticed, Is.Not.Null);
    }

    [Test]
    public void Control_NoRuleBroken_NothingIsNoticed() => Assert.That(FirstDifference(CrashRule.None), Is.Null);

    private static string? FirstDifference(CrashRule rule)
    {
        for (ulong seed = BaseSeed; seed < BaseSeed + Workloads; seed++)
        {
            (CrashHistory history, SimRecording run) = CrashWorkload.Record(files => files, Durability.Buffered, seed, Steps);
            history.Compute(rule);
            CrashCheck check = new(history, files => files);
            for (int i = 1; i <= CutsEach; i++)
            {
                int cut = run.Operations.Count * i / CutsEach;
                if (check.Verify(run.KillImage(cut), history.AckedAt(cut), history.DurableAt(cut), isKill: true, (ulong)cut) is { } wrong)
                {
                    return $"workload seed {seed}, kill {cut}: {wrong}";
                }
            }
        }

        return null;
    }
}
