using System.Collections.Concurrent;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Work on tables that fails again and again: flushes, merges, folds and deletions, beside erasures, imports, kept versions,
/// readers, closings and kills. The store never fails of it, and what a reopening finds is what was acknowledged.
/// </summary>
[Category("Reliability")]
internal sealed class TableFaultTests
{
    private const int Steps = 60;
    private const ulong BaseSeed = 0xA70;

    private static readonly VersionRetention Kept = new() { Age = TimeSpan.FromDays(2) };

    [Test]
    public void Workload_OperationsOnTablesFailAtRandom_LosesNothingAndGoesOn([Values(3, 12)] int oneOf, [Values] bool keepsVersions)
    {
        ConcurrentQueue<string> violations = new();
        int failures = 0;
        Parallel.For(0, TestScale.Of(60), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            ulong seed = BaseSeed + (ulong)i;
            SimRandom random = new(seed ^ 0xFA17);
            FaultRun run = new(
                files => files, i % 2 == 0 ? Durability.Synced : Durability.Buffered, seed, Steps, keepsVersions ? Kept : null);
            string? wrong = violations.IsEmpty ? run.VerifyRefusing(operation =>
            {
                bool fails = IsTable(operation.Path) && random.Below(oneOf) == 0;
                Interlocked.Add(ref failures, fails ? 1 : 0);
                return fails;
            }) : null;
            if (wrong is not null)
            {
                violations.Enqueue($"seed {seed}: {wrong}");
            }
        });

        TestContext.Out.WriteLine($"{failures} operations failed; base seed {BaseSeed}");
        Assert.That(violations.FirstOrDefault(), Is.Null);
        Assert.That(failures, Is.GreaterThan(TestScale.Of(250)));
    }

    private static bool IsTable(string path) =>
        StoreFiles.Classify(Path.GetFileName(path), out _) is StoreFileKind.Table or StoreFileKind.ColumnFile;
}
