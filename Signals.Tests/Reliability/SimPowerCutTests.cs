using System.Collections.Concurrent;
using System.Diagnostics;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>Power fails, or the process is killed, at every disk operation of whole workloads; what was acknowledged is there.</summary>
[Category("Reliability")]
internal sealed class SimPowerCutTests
{
    private const int Steps = 90;
    private const int SeedsPerCut = 14;
    private const int Workloads = 3;

    /// <summary>Changes what each run explores; printed, so that a failure can be repeated.</summary>
    private const ulong BaseSeed = 0xB19;

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void PowerCut_EveryOperationOfAWorkload_RecoversAPrefixWithEverythingAcknowledged(Durability durability)
    {
        Stopwatch time = Stopwatch.StartNew();
        int seeds = TestScale.Of(SeedsPerCut);
        var jobs = new List<(CrashHistory History, SimRecording Run, ulong Seed, int From, int To)>();
        int operations = 0;
        HashSet<string> suffixes = [];
        for (ulong i = 0; i < Workloads; i++)
        {
            (CrashHistory history, SimRecording run) = CrashWorkload.Record(files => files, durability, BaseSeed + i, Steps);
            operations += run.Operations.Count;
            suffixes.UnionWith(run.Operations.Select(operation => Path.GetExtension(operation.Path)));
            int part = (run.Operations.Count / 8) + 1;
            for (int from = 0; from <= run.Operations.Count; from += part)
            {
                int to = Math.Min(from + part, run.Operations.Count + 1);
                jobs.Add((history, new SimRecording(run.Start, run.Operations), BaseSeed + i, from, to));
            }
        }

        Assert.That(suffixes, Is.SupersetOf(new[] { ".log", ".tbl", ".seg", ".col" }), "flushes, imports and folds");
        ConcurrentQueue<string> violations = new();
        int states = 0;
        Parallel.ForEach(jobs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, job =>
        {
            CrashCheck check = new(job.History, files => files);
            for (int cut = job.From; cut < job.To && violations.IsEmpty; cut += TestScale.CutStep)
            {
                Explore(check, job.History, job.Run, cut, seeds, $"workload seed {job.Seed}", violations);
            }

            Interlocked.Add(ref states, check.States);
        });
        TestContext.Out.WriteLine(
            $"{durability}: {states} crash states in {time.Elapsed.TotalSeconds:F1} s; {operations} operations, base seed {BaseSeed}, "
                + $"{seeds} seeds a cut");
        Assert.That(violations.FirstOrDefault(), Is.Null);
    }

    private static void Explore(
        CrashCheck check, CrashHistory history, SimRecording run, int cut, int seeds, string workload, ConcurrentQueue<string> violations)
    {
        int durable = history.DurableAt(cut);
        for (int i = 0; i < seeds; i++)
        {
            ulong seed = i < 4 ? (ulong)i : ((ulong)cut * 1_000_003) + (ulong)i;
            Report(check.Verify(run.CrashImage(cut, seed), durable, durable, isKill: false, seed), $"cut {cut}, seed {seed}");
        }

        Report(check.Verify(run.KillImage(cut), history.AckedAt(cut), durable, isKill: true, (ulong)cut), $"kill {cut}");

        void Report(string? wrong, string where)
        {
            if (wrong is not null)
            {
                violations.Enqueue($"{history.Durability}, {workload}, {where}: {wrong}");
            }
        }
    }
}
