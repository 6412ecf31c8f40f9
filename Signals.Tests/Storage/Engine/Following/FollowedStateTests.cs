using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Scanning;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Following;
using Signals.Storage.Versions;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>
/// Random histories of a writer and a reader whose every look at the disk the writer may come between: each answer is a state that the
/// writer had, no older than the refresh, and never older than the one before.
/// </summary>
[Category("Reliability")]
[Parallelizable(ParallelScope.All)]
internal sealed class FollowedStateTests
{
    private const ulong BaseSeed = 0x5EED_0054;
    private const int Histories = 60;
    private const int Rounds = 40;

    [Test]
    public void Refresh_BesideAWriterBetweenAnyTwoLooks_ShowsStatesThatItHad()
    {
        int[] steps = new int[6];
        for (ulong seed = BaseSeed; seed < BaseSeed + (ulong)TestScale.Of(Histories); seed++)
        {
            Assert.That(FirstViolation(seed, steps), Is.Null, $"seed {seed}");
        }

        TestContext.Out.WriteLine(
            $"{TestScale.Of(Histories)} histories; appends, flushes, compactions, imports, erasures, reopenings: "
                + string.Join(", ", steps));
        Assert.That(steps, Is.All.GreaterThan(0));
    }

    [Test]
    public void PlantedBug_ManifestThatIsNotLookedAtAgain_IsNoticed()
    {
        string? caught = null;
        using (PlantedBugs.Plant(PlantedBugs.RefreshTrustsAnOldManifest))
        {
            for (ulong seed = BaseSeed; seed < BaseSeed + 400 && caught is null; seed++)
            {
                caught = FirstViolation(seed, new int[6]);
            }
        }

        TestContext.Out.WriteLine(caught ?? "SURVIVED");
        Assert.That(caught, Is.Not.Null);
    }

    /// <summary>
    /// Reader and writer begin with empty memtables, and that of the reader takes a few rows more: so both fill up inside one batch, and
    /// the reader's holds rows of it that the writer's tables do not.
    /// </summary>
    [Test]
    public void Refresh_BatchThatFillsTheMemtablesOfBoth_StaysWholeWhenTheWriterFlushes()
    {
        Assert.That(FirstHalfRecord(), Is.Null);
        using IDisposable planted = PlantedBugs.Plant(PlantedBugs.RefreshDropsHalfARecord);
        Assert.That(FirstHalfRecord(), Is.Not.Null, "the test does not notice the bug that it is for");
    }

    private static string? FirstHalfRecord()
    {
        SimFileSystem disk = ImportStore.NewFiles(record: false);
        using FollowedWriter writer = new(disk, BaseSeed, TestStores.Tiny with { MaxFrozenMemTables = 8 });
        using ReadOnlyStore reader = ReadOnlyStore.Open(
            disk,
            TestStores.Folder,
            TestStores.Tiny with { MemTableBytes = TestStores.Tiny.MemTableBytes + 3072 },
            new ReadOnlyOptions { TimeProvider = writer.Time });
        for (int cycle = 0; cycle < 12; cycle++)
        {
            writer.Store.FlushAsync().GetAwaiter().GetResult();
            reader.Refresh();
            int tables = writer.Store.GetStats().Tables;
            disk.Refuses = static operation => operation.Path.Contains(".tbl", StringComparison.Ordinal);
            while (writer.Store.Engine.TestContents.View.Current.MemTables.Length == 1)
            {
                writer.Append(90);
                reader.Refresh();
            }

            disk.Refuses = null;
            writer.Store.Engine.RunPending();
            reader.Refresh();
            Assert.That(writer.Store.GetStats().Tables, Is.Not.EqualTo(tables), "nothing was flushed");
            if (DescribeAll(reader) != FollowedWriter.Describe(
                writer.Store.ReadMany(FollowedWriter.All, writer.Store.Query(FollowedWriter.EventType).Build())))
            {
                return $"cycle {cycle}: the reader shows another state than the writer";
            }
        }

        return null;
    }

    private static string DescribeAll(ReadOnlyStore reader) =>
        FollowedWriter.Describe(reader.ReadMany(FollowedWriter.All, reader.Query(FollowedWriter.EventType).Build()));

    // What is wrong first; null for nothing.
    private static string? FirstViolation(ulong seed, int[] steps)
    {
        SimFileSystem disk = ImportStore.NewFiles(record: false);
        SimRandom random = new(seed * 31);
        using FollowedWriter writer = new(disk, seed);
        MeddlingFiles files = new(disk);
        EngineOptions options = TestStores.Tiny with { MemTableBytes = TestStores.Tiny.MemTableBytes + (4096 * random.Below(3)) };
        writer.Step();
        using ReadOnlyStore reader = ReadOnlyStore.Open(
            files, TestStores.Folder, options, new ReadOnlyOptions { TimeProvider = writer.Time });
        int shown = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = random.Below(3); i > 0; i--)
            {
                writer.Step();
            }

            long position = writer.Store.CommitPosition;
            shown = Math.Max(shown, writer.States.Count - 1);
            int left = random.Below(6);
            int every = 1 + random.Below(30);
            files.Meddle = () => StepNowAndThen(writer, ref random, ref left, every);
            reader.Refresh();
            string? wrong = Compare(reader, writer, position, ref shown) ?? CompareScan(reader, writer, ref shown);
            if (wrong is null && round % 8 == 0)
            {
                IReadOnlyList<VerifyProblem> problems =
                    FollowedVerification.Run(new StoreFolder(files, TestStores.Folder), null, CancellationToken.None).Problems;
                wrong = problems.Count > 0 ? problems[0].ToString() : null;
            }

            files.Meddle = null;
            if (wrong is not null)
            {
                return $"seed {seed}, round {round}: {wrong}";
            }
        }

        for (int kind = 0; kind < steps.Length; kind++)
        {
            steps[kind] += writer.Steps[kind];
        }

        return null;
    }

    private static void StepNowAndThen(FollowedWriter writer, ref SimRandom random, ref int left, int every)
    {
        if (left > 0 && random.Below(every) == 0)
        {
            left--;
            writer.Step();
        }
    }

    private static string? Compare(ReadOnlyStore reader, FollowedWriter writer, long position, ref int shown)
    {
        string state = DescribeAll(reader);
        int found = writer.States.LastIndexOf(state);
        if (found < shown)
        {
            return $"a read shows {(found < 0 ? "no state of the writer" : $"state {found}")}, expected {shown} or later";
        }

        shown = found;
        return reader.Position < position ? $"the position is {reader.Position}, the writer was at {position}" : null;
    }

    // A scan gives the users in order, and each user's events newest first, as a read does.
    private static string? CompareScan(ReadOnlyStore reader, FollowedWriter writer, ref int shown)
    {
        int events = 0;
        using (EventScan scan = reader.Scan(FollowedWriter.EventType))
        {
            while (scan.TryNext(out ScanBatch batch))
            {
                events += batch.Count;
            }
        }

        int expected = writer.States[shown].Count(letter => letter == '=');
        return events == expected ? null : $"a scan shows {events} events, the state {shown} has {expected}";
    }
}
