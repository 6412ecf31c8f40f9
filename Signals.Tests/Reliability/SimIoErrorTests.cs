using System.Collections.Concurrent;
using System.Diagnostics;

namespace Signals.Tests.Reliability;

/// <summary>
/// Every disk operation of a workload fails in turn, once or for ever: the error surfaces, and nothing acknowledged is lost. Below full
/// size each case begins its steps at another operation, so that together they still come to every number of an operation.
/// </summary>
[Category("Reliability")]
internal sealed class SimIoErrorTests
{
    private const int Steps = 55;
    private const ulong BaseSeed = 0xB27;

    [Test]
    public void IoError_EachOperationInTurn_IsFailStopAndLosesNothing(
        [Values(Durability.Buffered, Durability.Synced)] Durability durability, [Values] bool forEver)
    {
        Stopwatch time = Stopwatch.StartNew();
        ConcurrentQueue<string> violations = new();
        int states = 0;
        int faults = 0;
        int first = (((int)durability * 2) + (forEver ? 1 : 0)) % TestScale.Step;
        for (int i = 0; i < TestScale.Of(1); i++)
        {
            ulong seed = BaseSeed + (ulong)i;
            int operations = CrashWorkload.Record(files => files, durability, seed, Steps).Run.Operations.Count;
            int runs = (operations - first + TestScale.Step - 1) / TestScale.Step;
            faults += runs;
            Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, number =>
            {
                int failAt = first + (number * TestScale.Step);
                FaultRun run = new(files => files, durability, seed, Steps);
                if (violations.IsEmpty && run.Verify(failAt, forEver) is { } wrong)
                {
                    violations.Enqueue($"{durability}, seed {seed}, operation {failAt} fails {(forEver ? "for ever" : "once")}: {wrong}");
                }

                Interlocked.Add(ref states, run.States);
            });
        }

        TestContext.Out.WriteLine(
            $"{durability}: {faults} operations failed {(forEver ? "for ever" : "once")}, "
                + $"{states} states reopened in {time.Elapsed.TotalSeconds:F1} s; base seed {BaseSeed}");
        Assert.That(violations.FirstOrDefault(), Is.Null);
    }
}
