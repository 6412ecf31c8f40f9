using CsCheck;
using Signals.Core.Columns;
using Signals.Storage.Compaction;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Rows of one event become one, whatever runs they come from, and rows of different users stay apart.</summary>
[Category("Fast")]
internal sealed class RowMergerTests
{
    private static readonly UserId User = UserId.From(1);
    private static readonly EventTypeSchema Type = MergeRows.Schema();

    [Test]
    public void Merge_RunsOfOneRow_EqualsTheModelWhateverTheirOrder() =>
        Gen.Select(Gen.Int, Gen.Int[1, 60]).Sample((seed, count) =>
        {
            RowBuffer rows = MergeRows.Random(Type, new Random(seed), count);
            var merger = new RowMerger();
            RowBuffer sorted = MergeRows.Buffer(Type);
            merger.Merge(rows, [.. Enumerable.Range(1, count)], sorted);

            CheckAgainstModel(rows, sorted);
            Assert.That(merger.Duplicates, Is.EqualTo(count - sorted.Count));
        }, iter: 2000);

    [Test]
    public void Merge_SortedRuns_EqualsTheModelWhateverTheirOrder() =>
        Gen.Select(Gen.Int, Gen.Int[1, 6], Gen.Int[0, 20]).Sample((seed, runs, rowsPerRun) =>
        {
            var random = new Random(seed);
            var merger = new RowMerger();
            RowBuffer rows = MergeRows.Buffer(Type);
            int[] ends = new int[runs];
            for (int i = 0; i < runs; i++)
            {
                RowBuffer run = MergeRows.Sorted(Type, MergeRows.Random(Type, random, rowsPerRun));
                rows.AppendRows(run, 0, run.Count);
                ends[i] = rows.Count;
            }

            RowBuffer merged = MergeRows.Buffer(Type);
            merger.Merge(rows, ends, merged);
            CheckAgainstModel(rows, merged);
        }, iter: 2000);

    [Test]
    public void Merge_SortedRunsOfAnyStamps_EqualsTheModelWhateverTheirOrder() =>
        Gen.Select(Gen.Int, Gen.Int[1, 6], Gen.Int[0, 20]).Sample((seed, runs, rowsPerRun) =>
        {
            var random = new Random(seed);
            ColumnType[] types = [.. Type.Columns.Select(column => column.Type)];
            RowBuffer rows = new(types, MergeRows.RandomStamp(random), StampParts.Existence | StampParts.Cells);
            int[] ends = new int[runs];
            for (int i = 0; i < runs; i++)
            {
                RowBuffer run = MergeRows.Sorted(Type, MergeRows.RandomStamped(Type, random, rowsPerRun, (StampParts)random.Next(4)));
                rows.AppendRows(run, 0, run.Count);
                ends[i] = rows.Count;
            }

            RowBuffer merged = new(types, MergeRows.RandomStamp(random), StampParts.Existence | StampParts.Cells);
            new RowMerger().Merge(rows, ends, merged);
            CheckAgainstModel(rows, merged);
        }, iter: 2000);

    [Test]
    public void Merge_DestinationThatHoldsAnEqualRow_LeavesItAlone()
    {
        RowBuffer rows = MergeRows.Random(Type, new Random(1), 1, times: 1, ids: 1);
        RowBuffer destination = MergeRows.Buffer(Type);
        destination.AppendRow(rows, 0);
        var merger = new RowMerger();
        merger.Merge(rows, [1], destination);

        Assert.That(
            (destination.Count, merger.Duplicates), Is.EqualTo((Count: 2, Duplicates: 0L)), "The row before belongs to another user.");
    }

    [Test]
    public void Merge_Warm_AllocatesNothing()
    {
        var merger = new RowMerger();
        RowBuffer sorted = MergeRows.Sorted(Type, MergeRows.Random(Type, new Random(3), 200));
        RowBuffer merged = MergeRows.Buffer(Type);
        RowBuffer twice = MergeRows.Buffer(Type);
        twice.AppendRows(sorted, 0, sorted.Count);
        twice.AppendRows(sorted, 0, sorted.Count);
        int[] ends = [sorted.Count, twice.Count];
        merger.Merge(twice, ends, merged);

        long before = GC.GetAllocatedBytesForCurrentThread();
        merged.Clear();
        merger.Merge(twice, ends, merged);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(merged.Count, Is.EqualTo(sorted.Count));
    }

    private static void CheckAgainstModel(RowBuffer rows, RowBuffer result)
    {
        var model = new MergeModel();
        model.Add(User, rows);
        Assert.That(MergeModel.Describe([(User, result)]), Is.EqualTo(model.Describe()));
        Assert.That(RowMerger.IsMerged(result, 0, result.Count), Is.True);
    }
}
