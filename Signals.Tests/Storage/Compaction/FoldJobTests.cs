using CsCheck;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Compaction;

/// <summary>
/// A fold writes patches beside the runs that hold their events, keeps orphans, and leaves everything whole when it fails.
/// </summary>
internal sealed class FoldJobTests
{
    // Every column file has a chunk that no newer one hides: else it would be read for nothing.
    private static void AssertNoFileIsHidden(Table table)
    {
        ColumnFile[] files = table.ColumnFiles.ToArray();
        for (int i = 0; i < files.Length; i++)
        {
            bool isShown = files[i].Meta.Columns.Any(column => Enumerable.Range(0, table.BlockCount).Any(block =>
                Holds(files[i], block, column) && !files.Skip(i + 1).Any(newer => Holds(newer, block, column))));
            Assert.That(isShown, Is.True, $"file {i} of {files.Length}");
        }
    }

    private static bool Holds(ColumnFile file, int block, ushort column) =>
        file.Index.PositionOf(column) is >= 0 and int position && file.Index.Holds(block, position);

    private static readonly UserId TheUser = UserId.From(1);

    [Test]
    public void Run_AnyRunsAndPatches_EqualsTheModel() =>
        Gen.Select(Gen.Int, Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 12]).Sample((seed, runs, patchRuns, rowsAtOnce) =>
        {
            using var store = new MergeStore(MergeRows.Schema());
            var random = new Random(seed);
            (MergeModel events, MergeModel patches) = (new MergeModel(), new MergeModel());
            Table[] tables = [.. Enumerable.Range(0, runs).Select(_ => store.WriteRandom(random, events, stamped: true))];
            Table[] inputs = [.. Enumerable.Range(0, patchRuns)
                .Select(_ => store.WriteRandom(random, patches, stamped: true, kind: RunKind.Patches))];

            FoldResult result = Job(store, tables, Inputs(inputs), rowsAtOnce: rowsAtOnce).Run(_ => true, always: true);

            Table[] folded = [.. tables.Select(
                table => result.Runs.FirstOrDefault(run => run.Number == table.Meta.Number) is { } meta
                    ? store.Open(meta)
                    : table)];
            string found = store.Describe(store.Job(folded).Run().Added.SingleOrDefault());
            string left = Describe(store, result.Patches);
            events.Raise(patches, isThere => isThere);
            patches.Leave(events);
            Assert.That(found, Is.EqualTo(events.Describe()));
            Assert.That(left, Is.EqualTo(patches.Describe()), "orphans stay");
            Assert.That(result.Stats.RowsIn, Is.EqualTo(result.Stats.Folded + result.Stats.Held));
            Assert.That(result.Patches.Select(p => p.Held.Count), Is.EqualTo(result.Patches.Select(p => p.After?.Rows ?? 0)));
        }, iter: 600);

    [Test]
    public void Run_PatchesInAnyOrderAndGrouping_GivesTheSameRows() =>
        Gen.Select(Gen.Int, Gen.Int[2, 12]).Sample((seed, folds) =>
        {
            using var store = new MergeStore(MergeRows.Schema());
            var random = new Random(seed);
            (MergeModel events, MergeModel patches) = (new MergeModel(), new MergeModel());
            Table table = store.WriteRandom(random, events, stamped: true);
            List<Table> waiting = [.. Enumerable.Range(0, folds)
                .Select(_ => store.WriteRandom(random, patches, stamped: true, kind: RunKind.Patches))];
            Table now = table;
            while (waiting.Count > 0)
            {
                Table[] some = [.. waiting.OrderBy(_ => random.Next()).Take(random.Next(1, 3))];
                waiting.RemoveAll(some.Contains);
                FoldResult result = Job(store, [now], Inputs(some)).Run(_ => true);
                now = result.Runs.Count > 0 ? store.Open(result.Runs[0]) : now;
                Assert.That(now.Meta.ColumnFiles, Has.Count.LessThanOrEqualTo(FoldWriter.MostColumnFiles));
                AssertNoFileIsHidden(now);
            }

            events.Raise(patches, isThere => isThere);
            Assert.That(store.Describe(store.Job([now]).Run().Added.SingleOrDefault()), Is.EqualTo(events.Describe()));
        }, iter: 300);

    [Test]
    public void Run_OneColumnPatched_WritesThatColumnAlone()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table patched = store.Write(Users(Enumerable.Range(0, 50).Select(u => ((ulong)u, 20))));
        Table untouched = store.Write(Users(Enumerable.Range(100, 50).Select(u => ((ulong)u, 20))));
        Table patches = store.Write(Patches(2, Enumerable.Range(0, 50).Select(u => ((ulong)u, 20))), kind: RunKind.Patches);
        Assert.That(patched.BlockCount, Is.GreaterThan(5));

        FoldResult result = Job(store, [patched, untouched], Inputs(patches)).Run(_ => true);

        Assert.That(result.Runs.Select(run => run.Number), Is.EqualTo(new[] { patched.Meta.Number }), "the other run is not rewritten");
        ColumnFileMeta file = result.Runs[0].ColumnFiles[0];
        Assert.That(file.Columns, Is.EqualTo(new ushort[] { 2 }));
        long cells = 50 * 20 * 8;
        Assert.That(result.Stats.ColumnBytesWritten, Is.EqualTo(file.FileLength));
        Assert.That(
            file.FileLength, Is.LessThan(cells + (patched.BlockCount * 64) + 400),
            "cells, and a constant stamp and an index entry a block");
        Assert.That((result.Stats.Folded, result.Stats.OrphanBytesWritten), Is.EqualTo((Folded: 1000L, OrphanBytesWritten: 0L)));
        Assert.That(result.Patches[0].After, Is.Null, "all met their event");
    }

    /// <summary>The fold that takes all column files into one takes every column of each, also those that no patch touches now.</summary>
    [Test]
    public void Run_AsManyColumnFilesAsThereMayBe_BecomeOneWithEveryColumnOfTheirs([Values(0, 1, 2)] int column)
    {
        using var store = new MergeStore(MergeRows.Schema());
        (MergeModel events, MergeModel patches) = (new MergeModel(), new MergeModel());
        SortedDictionary<UserId, RowBuffer> users = Users(Enumerable.Range(0, 50).Select(u => ((ulong)u, 20)));
        users.ToList().ForEach(user => events.Add(user.Key, user.Value));
        Table now = store.Write(users);
        for (int fold = 0; fold <= FoldWriter.MostColumnFiles; fold++)
        {
            // Users far from each other: each file has a block that no other has, and a column that its neighbours lack.
            int patched = fold < FoldWriter.MostColumnFiles ? fold % 3 : column;
            SortedDictionary<UserId, RowBuffer> some = Patches(patched, [((ulong)fold * 5, 20)]);
            some.ToList().ForEach(user => patches.Add(user.Key, user.Value, RunKind.Patches));
            FoldResult result = Job(store, [now], Inputs(store.Write(some, kind: RunKind.Patches))).Run(_ => true);
            now = store.Open(result.Runs[0]);
            Assert.That(now.Meta.ColumnFiles, Has.Count.EqualTo(fold < FoldWriter.MostColumnFiles ? fold + 1 : 1));
        }

        Assert.That(now.Meta.ColumnFiles[0].Columns, Is.EqualTo(new ushort[] { 0, 1, 2 }));
        events.Raise(patches, isThere => isThere);
        Assert.That(store.Describe(store.Job([now]).Run().Added.Single()), Is.EqualTo(events.Describe()));
    }

    [Test]
    public void Run_OneUserPatched_WritesTheirBlocksAlone()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users(Enumerable.Range(0, 50).Select(u => ((ulong)u, 20))));
        Table patches = store.Write(Patches(2, [(7, 20)]), kind: RunKind.Patches);

        FoldResult result = Job(store, [table], Inputs(patches)).Run(_ => true);

        Table folded = store.Open(result.Runs[0]);
        int replaced = Enumerable.Range(0, folded.BlockCount).Count(block => folded.IsReplaced(block, 2));
        Assert.That(replaced, Is.InRange(1, 2), $"of {folded.BlockCount} blocks");
    }

    [Test]
    public void Run_PatchesThatLose_WriteNothingAndLeave()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 10)], Stamp.Create(9, 0)));
        Table patches = store.Write(Patches(0, [(1, 10)]), kind: RunKind.Patches);

        FoldResult result = Job(store, [table], Inputs(patches)).Run(_ => true);

        Assert.That(
            (result.Runs.Count, result.Patches[0].After, result.Stats.Folded),
            Is.EqualTo((Count: 0, After: (TableMeta?)null, Folded: 10L)));
        Assert.That(result.IsChange, Is.True, "the patches leave");
    }

    [Test]
    public void Run_NoEventOfThem_ChangesNothing()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 10)]));
        Table patches = store.Write(Patches(0, [(2, 10)]), kind: RunKind.Patches);
        string[] before = [.. store.Files.ListFiles(MergeStore.Folder)];

        FoldResult result = Job(store, [table], Inputs(patches)).Run(_ => false);

        Assert.That((result.IsChange, result.Stats.Held), Is.EqualTo((IsChange: false, Held: 10L)));
        Assert.That(result.Patches[0].Held.Sample, Has.Count.EqualTo(10));
        Assert.That(result.Patches[0].Held.Sample[0].User, Is.EqualTo(UserId.From(2)));
        Assert.That(store.Files.ListFiles(MergeStore.Folder), Is.EquivalentTo(before));
    }

    [Test]
    public void Run_FewOfManyLeave_TheRunIsNotWrittenAnewButTheyAreRemembered()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 2)]));
        Table patches = store.Write(Patches(0, [(1, 2), (2, 10)]), kind: RunKind.Patches);
        FoldInput[] inputs = Inputs(patches);

        FoldResult result = Job(store, [table], inputs).Run(_ => false);

        Assert.That(result.Patches[0].After, Is.SameAs(patches.Meta));
        Assert.That((result.Patches[0].Held.Count, inputs[0].Gone.Count, result.Stats.OrphanBytesWritten), Is.EqualTo((10L, 2L, 0L)));
        FoldResult whenAsked = Job(store, [table], inputs).Run(_ => false, always: true);
        Assert.That((whenAsked.Patches[0].After!.Rows, whenAsked.Stats.Folded), Is.EqualTo((Rows: 10L, Folded: 0L)), "none counts twice");
        Assert.That(whenAsked.Patches[0].After!.ImportedMs, Is.EqualTo(patches.Meta.ImportedMs));
        Assert.That(whenAsked.Patches[0].After!.Stamp, Is.EqualTo(patches.Meta.Stamp));
    }

    [Test]
    public void Run_GraceOver_DropsOrphansButNotThoseWhoseEventMayArrive()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 2)]));
        Table patches = store.Write(Patches(0, [(1, 2), (2, 10), (3, 4)]), kind: RunKind.Patches, importedMs: 5);
        FoldInput[] inputs = [new FoldInput(patches, new RowBits(patches.Meta.Rows), IsGraceOver: true)];

        FoldedPatches left = Job(store, [table], inputs).Run(user => user == UserId.From(3)).Patches[0];

        Assert.That((left.Dropped.Count, left.Held.Count, left.After!.Rows, left.After.ImportedMs), Is.EqualTo((10L, 4L, 4L, 5L)));
        Assert.That(left.Dropped.Sample.Select(key => key.User).Distinct(), Is.EqualTo(new[] { UserId.From(2) }));
    }

    [Test]
    public void Run_ErasedExpiredAndUnreachablePatches_Go()
    {
        using var store = new MergeStore(MergeRows.Schema(keepLast: 3));
        Table table = store.Write(Users([(1, 1)]));
        Table newer = store.Write(Users([(4, 3)], window: 1000), window: 1000);
        Table patches = store.Write(Patches(0, [(1, 10), (2, 10), (3, 10), (4, 10)]), kind: RunKind.Patches);
        store.Erasures.Add(UserId.From(2), 1000);
        store.Erasures.Add(UserId.From(3), 5);

        FoldResult result = Job(store, [table], Inputs(patches), oldestKept: 3, newer: [newer]).Run(_ => true);

        // Times go from 10 down to 1. User 1: one met, seven wait, two expired. User 2 and 4: all gone. User 3: five wait.
        Assert.That(
            (result.Stats.Folded, result.Stats.Held, result.Stats.Unreachable), Is.EqualTo((Folded: 1L, Held: 12L, Unreachable: 27L)));
        Assert.That(result.Patches[0].After!.Rows, Is.EqualTo(12));
    }

    [Test]
    public void Run_OneErasedAmongMany_TheRunIsWrittenAnewWithout()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 1)]));
        Table patches = store.Write(Patches(0, Enumerable.Range(2, 40).Select(user => ((ulong)user, 10))), kind: RunKind.Patches);
        store.Erasures.Add(UserId.From(5), 1000);

        FoldedPatches left = Job(store, [table], Inputs(patches)).Run(_ => true).Patches[0];

        Assert.That((left.After!.Rows, left.After.Users), Is.EqualTo((Rows: 390L, Users: 39)));
        Assert.That(store.Open(left.After).TryFind(UserId.From(5), out _), Is.False);
    }

    [Test]
    public void Run_BesideALoneRetraction_PatchesStayOrphans()
    {
        using var store = new MergeStore(MergeRows.Schema());
        RowBuffer rows = new([.. store.Type.Columns.Select(column => column.Type)], Stamp.Create(2, 0), StampParts.Existence);
        rows.AppendKey(10, 1);
        rows.AppendKey(9, 2);
        rows.FillAbsent();
        rows.Stamps.Inserted[0] = 0;
        rows.Stamps.Retracted[0] = rows.Stamps.Retracted[1] = Stamp.Create(2, 0).Value;
        Table table = store.Write(new SortedDictionary<UserId, RowBuffer> { [TheUser] = rows });
        Table patches = store.Write(Patches(0, [(1, 2)]), kind: RunKind.Patches);

        FoldResult result = Job(store, [table], Inputs(patches)).Run(_ => true, always: true);

        Assert.That((result.Stats.Folded, result.Stats.Held), Is.EqualTo((Folded: 1L, Held: 1L)));
        Assert.That(result.Runs, Is.Empty, "what a retraction covers is not written");
    }

    [Test]
    public void Run_ColumnNewerThanTheTable_IsAdded()
    {
        using var store = new MergeStore(MergeRows.Schema(columns: 1));
        Table old = store.Write(Users([(1, 5)], columns: 1));
        store.Type = MergeRows.Schema();
        Table reopened = store.Open(old.Meta);
        Table patches = store.Write(Patches(2, [(1, 5)]), kind: RunKind.Patches);

        FoldResult result = Job(store, [reopened], Inputs(patches)).Run(_ => true);

        Table folded = store.Open(result.Runs[0]);
        Assert.That(folded.ColumnCount, Is.EqualTo(3));
        Assert.That(folded.GetBlock(0, [0, 1, 2]).Column(2).GetState(4), Is.EqualTo(ColumnState.Value));
        Assert.That(folded.GetBlock(0, [0, 1, 2]).HasColumn(1), Is.False);
    }

    [Test]
    public void Run_CancelledOrFailed_LeavesNoFileBehindAndTheInputsWhole()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users([(1, 10), (2, 10)]));
        Table patches = store.Write(Patches(0, [(1, 10), (3, 1)]), kind: RunKind.Patches);
        string[] before = [.. store.Files.ListFiles(MergeStore.Folder)];
        Assert.That(
            () => Job(store, [table], Inputs(patches)).Run(_ => true, cancel: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(store.Files.ListFiles(MergeStore.Folder), Is.EquivalentTo(before));

        int failures = 0;
        string whole = store.Describe(table.Meta);
        for (int skip = 0; ; skip++)
        {
            FoldJob job = Job(store, [table], Inputs(patches));
            store.Files.FailAt(store.Files.OperationCount + skip);
            try
            {
                job.Run(_ => true);
                break;
            }
            catch (FileOperationException)
            {
                failures++;
                Assert.That(store.Describe(table.Meta), Is.EqualTo(whole));
            }
        }

        Assert.That(failures, Is.GreaterThanOrEqualTo(7), "create, write and sync, twice, and the directory");
    }

    private static FoldJob Job(
        MergeStore store, Table[] runs, FoldInput[] inputs, long oldestKept = long.MinValue, Table[]? newer = null, int rowsAtOnce = 1024)
    {
        CompactionWork work = new(
            CompactionReason.Fold, store.Type.Id, MergeStore.Window, [.. inputs.Select(input => input.Table.Meta.Number)], 0, oldestKept);
        FoldTarget target = new(
            new StoreFolder(store.Files, MergeStore.Folder), store.NextNumber, store.Type, new TableOptions { BlockBytes = 512 });
        return new FoldJob(target, work, inputs, runs, store.Erasures, NewerTables.IndexUsers(newer ?? [])) { RowsAtOnce = rowsAtOnce };
    }

    private static FoldInput[] Inputs(params ReadOnlySpan<Table> patches) =>
        [.. patches.ToArray().Select(table => new FoldInput(table, new RowBits(table.Meta.Rows), IsGraceOver: false))];

    // What is left of several patch runs, as one model.
    private static string Describe(MergeStore store, IEnumerable<FoldedPatches> patches)
    {
        MergeModel model = new();
        foreach (TableMeta meta in patches.Select(left => left.After).OfType<TableMeta>())
        {
            Table table = store.Open(meta);
            for (TableCursor cursor = table.CreateCursor(); cursor.MoveNext();)
            {
                RowBuffer rows = store.BufferFor(table);
                cursor.AppendTo(rows);
                model.Add(cursor.User, rows, RunKind.Patches);
            }
        }

        return model.Describe();
    }

    /// <summary>Users with so many events, the newest at that time after the window's start, one a millisecond.</summary>
    private static SortedDictionary<UserId, RowBuffer> Users(
        IEnumerable<(ulong User, int Rows)> users, Stamp? stamp = null, long window = 0, int columns = 3)
    {
        SortedDictionary<UserId, RowBuffer> made = [];
        foreach ((ulong user, int count) in users)
        {
            EventTypeSchema type = MergeRows.Schema(columns: columns);
            RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], stamp ?? Stamp.Streamed, StampParts.None);
            for (int i = 0; i < count; i++)
            {
                rows.AppendKey(window + 10 - (count <= 10 ? i : 0), (ulong)i + 1);
                rows.Columns[0].Append(i);
            }

            rows.FillAbsent();
            made[UserId.From(user)] = rows;
        }

        return made;
    }

    /// <summary>Patches of one column for the events that <see cref="Users"/> makes.</summary>
    private static SortedDictionary<UserId, RowBuffer> Patches(int column, IEnumerable<(ulong User, int Rows)> users)
    {
        SortedDictionary<UserId, RowBuffer> made = [];
        EventTypeSchema type = MergeRows.Schema();
        foreach ((ulong user, int count) in users)
        {
            RowBuffer rows = new([.. type.Columns.Select(c => c.Type)], Stamp.Create(1, 0), StampParts.None);
            for (int i = 0; i < count; i++)
            {
                rows.AppendKey(10 - (count <= 10 ? i : 0), (ulong)i + 1);
                ColumnBuffer cells = rows.Columns[column];
                if (cells.Type.IsVariable)
                {
                    cells.AppendText($"patched {i}");
                }
                else
                {
                    cells.AppendFixedRows(1).Fill((byte)(i + 1));
                }
            }

            rows.FillAbsent();
            made[UserId.From(user)] = rows;
        }

        return made;
    }
}
