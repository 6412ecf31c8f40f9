using CsCheck;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Compaction;

/// <summary>A merge gives the rows of the model, in any grouping, and a failed one leaves its inputs whole and no file behind.</summary>
internal sealed class MergeJobTests
{
    [Test]
    public void Run_AnyTablesAndRetention_EqualsTheModel() =>
        Gen.Select(Gen.Int, Gen.Int[1, 6], Gen.Int[1, 12], Gen.Int[-1, 12]).Sample((seed, tables, keepLast, oldestKept) =>
        {
            using var store = new MergeStore(MergeRows.Schema(keepLast));
            var random = new Random(seed);
            var model = new MergeModel();
            Table[] inputs = [.. Enumerable.Range(0, tables).Select(_ => store.WriteRandom(random, model))];
            var erased = Enumerable.Range(0, random.Next(3)).ToDictionary(u => UserId.From((ulong)u), _ => (long)random.Next(-1, 13));
            foreach ((UserId user, long cutoff) in erased)
            {
                store.Erasures.Add(user, cutoff);
            }

            MergeResult result = store.Job(inputs, oldestKept).Run();

            model.Retain(keepLast, oldestKept, erased);
            Assert.That(store.Describe(result.Added.SingleOrDefault()), Is.EqualTo(model.Describe()));
            Assert.That(Total(result.Stats), Is.EqualTo(result.Stats.RowsIn), "Every row is accounted for.");
            Assert.That(result.Stats.RowsOut, Is.EqualTo(model.Count));
            Assert.That(result.Removed, Is.EqualTo(inputs.Select(t => t.Meta.Number)));
        }, iter: 500);

    [Test]
    public void Run_RunsOfAnyStamps_EqualsTheModel() =>
        Gen.Select(Gen.Int, Gen.Int[1, 5], Gen.Int[1, 12], Gen.Int[-1, 12]).Sample((seed, tables, keepLast, oldestKept) =>
        {
            using var store = new MergeStore(MergeRows.Schema(keepLast));
            var random = new Random(seed);
            var model = new MergeModel();
            Table[] inputs = [.. Enumerable.Range(0, tables).Select(_ => store.WriteRandom(random, model, stamped: true))];

            MergeResult result = store.Job(inputs, oldestKept).Run();

            model.Retain(keepLast, oldestKept, new Dictionary<UserId, long>());
            Assert.That(store.Describe(result.Added.SingleOrDefault()), Is.EqualTo(model.Describe()));
            Assert.That(Total(result.Stats), Is.EqualTo(result.Stats.RowsIn), "Every row is accounted for.");
        }, iter: 1000);

    [Test]
    public void Run_RunsOfAnyStampsInAnyGrouping_GivesTheSameRows() =>
        Gen.Select(Gen.Int, Gen.Int[1, 12]).Sample((seed, keepLast) =>
        {
            using var store = new MergeStore(MergeRows.Schema(keepLast));
            var random = new Random(seed);
            List<Table> tables = [.. Enumerable.Range(0, 5).Select(_ => store.WriteRandom(random, new MergeModel(), stamped: true))];
            string atOnce = store.Describe(store.Job([.. tables]).Run().Added.SingleOrDefault());
            while (tables.Count > 1)
            {
                Table[] some = [.. tables.OrderBy(_ => random.Next()).Take(random.Next(2, tables.Count + 1))];
                tables.RemoveAll(some.Contains);
                tables.Add(store.Open(store.Job(some).Run().Added.Single()));
            }

            Assert.That(store.Describe(tables[0].Meta), Is.EqualTo(atOnce));
        }, iter: 300);

    [Test]
    public void Run_RunsOfOneStampWithRetractions_WritesNoStampsOfCells()
    {
        using var store = new MergeStore(MergeRows.Schema());
        RowBuffer inserted = Stamped(Stamp.Create(3, 0), StampParts.None, [10, 9]);
        RowBuffer retracted = Stamped(Stamp.Create(3, 0), StampParts.Existence, [9]);
        retracted.Stamps.Inserted[0] = 0;
        retracted.Stamps.Retracted[0] = Stamp.Create(3, 0).Value;

        TableMeta merged = store.Job([Single(store, inserted), Single(store, retracted)]).Run().Added.Single();

        using Table table = store.Open(merged);
        Assert.That(table.Defaults, Is.EqualTo(new RowDefaults(RunKind.Events, Stamp.Create(3, 0), StampParts.Existence)));
        Assert.That(
            (merged.Rows, merged.Traits, merged.NewestInserted), Is.EqualTo((Rows: 2L, Traits: RowTraits.Retracted, NewestInserted: 10L)));
    }

    [Test]
    public void Run_NeverInsertedRows_DoNotCountTowardsTheLastN()
    {
        using var store = new MergeStore(MergeRows.Schema(keepLast: 2));
        RowBuffer tombstones = Stamped(Stamp.Create(1, 0), StampParts.Existence, [20, 7, 4]);
        tombstones.Stamps.Inserted.Clear();
        tombstones.Stamps.Retracted.Fill(Stamp.Create(1, 0).Value);
        Table events = Single(store, Stamped(Stamp.Streamed, StampParts.None, [10, 8, 6, 5]));

        TableMeta merged = store.Job([Single(store, tombstones), events]).Run().Added.Single();

        Assert.That(
            (merged.Rows, merged.MinTime, merged.MaxTime),
            Is.EqualTo((Rows: 3L, MinTime: 8L, MaxTime: 20L)), "20 and the two newest that were inserted");
        Assert.That(merged.NewestInserted, Is.EqualTo(10));
    }

    [Test]
    public void Run_InAnyGrouping_GivesTheSameRows() =>
        Gen.Select(Gen.Int, Gen.Int[1, 12]).Sample((seed, keepLast) =>
        {
            using var store = new MergeStore(MergeRows.Schema(keepLast));
            var random = new Random(seed);
            List<Table> tables = [.. Enumerable.Range(0, 5).Select(_ => store.WriteRandom(random, new MergeModel()))];
            string atOnce = store.Describe(store.Job([.. tables]).Run().Added.SingleOrDefault());
            while (tables.Count > 1)
            {
                Table[] some = [.. tables.OrderBy(_ => random.Next()).Take(random.Next(2, tables.Count + 1))];
                tables.RemoveAll(some.Contains);
                tables.Add(store.Open(store.Job(some).Run().Added.Single()));
            }

            Assert.That(store.Describe(tables[0].Meta), Is.EqualTo(atOnce));
        }, iter: 200);

    [Test]
    public void Run_WithNewerWindows_KeepsTheLastNOverAllWindows() =>
        Gen.Select(Gen.Int, Gen.Int[1, 15]).Sample((seed, keepLast) =>
        {
            using var store = new MergeStore(MergeRows.Schema(keepLast));
            var random = new Random(seed);
            var model = new MergeModel();
            var newerModel = new MergeModel();
            Table old = store.WriteRandom(random, model);
            Table[] newer = [.. Enumerable.Range(0, 2).Select(_ => store.WriteRandom(random, model, window: 100))];
            foreach (Table table in newer)
            {
                AddTo(newerModel, table, store);
            }

            string kept = store.Describe(store.Job([old], newer: newer).Run().Added.SingleOrDefault());

            // What a last-N read over everything needs from the old window must still be there.
            model.Retain(keepLast, long.MinValue, new Dictionary<UserId, long>());
            newerModel.Retain(keepLast, long.MinValue, new Dictionary<UserId, long>());
            string[] needed = [.. model.Describe().Split('\n').Except(newerModel.Describe().Split('\n'))];
            Assert.That(needed.Except(kept.Split('\n')), Is.Empty);
        }, iter: 500);

    [Test]
    public void Run_UserWithLastNInANewerWindow_ReclaimsTheOldRows()
    {
        using var store = new MergeStore(MergeRows.Schema(keepLast: 5));
        Table old = store.Write(Users(1, [10, 9, 8]));
        Table newer = store.Write(Users(1, [104, 103, 102, 101]), window: 100);

        MergeResult result = store.Job([old], newer: [newer]).Run();

        Assert.That((result.Stats.RowsOut, result.Stats.Trimmed), Is.EqualTo((RowsOut: 1L, Trimmed: 2L)));
        Assert.That(result.Added.Single().MinTime, Is.EqualTo(10));
    }

    [Test]
    public void Run_EveryRowErased_GivesNoTable()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users(1, [10, 9]));
        store.Erasures.Add(UserId.From(1), 10);
        string[] before = [.. store.Files.ListFiles(MergeStore.Folder)];

        MergeResult result = store.Job([table]).Run();

        var edit = new VersionEdit();
        result.AddTo(edit);
        Assert.That((edit.AddedTables.Count, edit.RemovedTables.Count, result.Stats.Erased), Is.EqualTo((0, 1, 2L)));
        Assert.That(store.Files.ListFiles(MergeStore.Folder), Is.EquivalentTo(before));
    }

    [Test]
    public void Run_InputOfAnOlderSchema_FillsItsMissingColumnsWithAbsent()
    {
        using var store = new MergeStore(MergeRows.Schema(columns: 1));
        var model = new MergeModel();
        Table old = store.WriteRandom(new Random(5), new MergeModel());
        store.Type = MergeRows.Schema(columns: 3);
        AddTo(model, old, store);
        Table now = store.WriteRandom(new Random(6), model);

        Assert.That(store.Describe(store.Job([old, now]).Run().Added.SingleOrDefault()), Is.EqualTo(model.Describe()));
    }

    [Test]
    public void Run_Cancelled_LeavesNoFileBehind()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users(1, [10, 9]));
        string[] before = [.. store.Files.ListFiles(MergeStore.Folder)];

        Assert.That(
            () => store.Job([table]).Run(cancel: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(store.Files.ListFiles(MergeStore.Folder), Is.EquivalentTo(before));
    }

    [Test]
    public void Run_AnyFileOperationFails_ThrowsAndTheInputsStayWhole()
    {
        using var store = new MergeStore(MergeRows.Schema());
        Table table = store.Write(Users(1, [10, 9]));
        string whole = store.Describe(table.Meta);
        int failures = 0;
        for (int skip = 0; ; skip++)
        {
            MergeJob job = store.Job([table]);
            store.Files.FailAt(store.Files.OperationCount + skip);
            try
            {
                job.Run();
                break;
            }
            catch (FileOperationException)
            {
                failures++;
                Assert.That(store.Describe(table.Meta), Is.EqualTo(whole));
            }
        }

        Assert.That(failures, Is.GreaterThanOrEqualTo(3), "create, write, sync, directory sync");
    }

    [Test]
    public void ErasureScan_TableWithErasedRows_IsCountedUntilRewritten()
    {
        using var store = new MergeStore(MergeRows.Schema());
        var scan = new ErasureScan(store.Erasures);
        Table table = store.Write(Users(1, [10, 9]));
        scan.Add(table);
        Assert.That(scan.Count(table.Meta.Number), Is.Zero);

        store.Erasures.Add(UserId.From(1), 8);
        store.Erasures.Add(UserId.From(2), 100);
        Assert.That(scan.Refresh([table]), Is.Empty, "No row is that old.");

        store.Erasures.Add(UserId.From(1), 9);
        Assert.That(scan.Refresh([table]), Is.EqualTo(new[] { table }));
        Assert.That(scan.Count(table.Meta.Number), Is.EqualTo(1));
        store.Erasures.Add(UserId.From(1), 10);
        Assert.That((scan.Refresh([table]).Count, scan.Count(table.Meta.Number)), Is.EqualTo((0, 1)), "The user is counted once.");
        Table rewritten = store.Open(store.Job([store.Write(Users(1, [11, 10]))]).Run().Added.Single());
        scan.Add(rewritten);
        Assert.That(scan.Count(rewritten.Meta.Number), Is.Zero);
    }

    [Test]
    public void ErasureScan_ManyErasuresAndTables_LooksOnlyAtWhatChanged()
    {
        using var store = new MergeStore(MergeRows.Schema());
        for (ulong user = 1000; user < 3000; user++)
        {
            store.Erasures.Add(UserId.From(user), 5);
        }

        var scan = new ErasureScan(store.Erasures);
        Table[] tables = [.. Enumerable.Range(1, 40).Select(i => store.Write(Users((ulong)i, [10, 9])))];
        scan.Refresh([]);
        Array.ForEach(tables, scan.Add);
        Assert.That(scan.Lookups, Is.EqualTo(40), "One user a table, against 2,000 erasures.");

        store.Erasures.Add(UserId.From(7), 9);
        Assert.That(scan.Refresh(tables), Is.EqualTo(new[] { tables[6] }));
        Assert.That(scan.Lookups, Is.EqualTo(80), "The erasure was looked up once in each table.");
        scan.Refresh(tables);
        Assert.That(scan.Lookups, Is.EqualTo(80));
    }

    [Test]
    public void SurplusScan_NewerWindowsHoldTheLastN_IsSeenUntilRewritten()
    {
        using var store = new MergeStore(MergeRows.Schema(keepLast: 3));
        var scan = new SurplusScan();
        Table old = store.Write(Users(1, [5, 4]));
        Table[] tables = [store.Write(Users(1, [200]), 200), store.Write(Users(1, [100]), 100)];
        NewerTables one = NewerTables.IndexUsers(tables.AsSpan(1));
        Assert.That((scan.Estimate(old, store.Type, one, 0.25), SurplusScan.Any(old, store.Type, one)), Is.EqualTo((0.0, false)));

        NewerTables two = NewerTables.IndexUsers(tables);
        scan.CountAdded(store.Type.Id, 1);
        Assert.That((scan.Estimate(old, store.Type, two, 0.25), SurplusScan.Any(old, store.Type, two)), Is.EqualTo((0.5, true)));
        Assert.That(scan.Estimate(old, MergeRows.Schema(), two, 0.25), Is.Zero, "All events are kept.");

        Table rewritten = store.Open(store.Job([old], newer: tables).Run().Added.Single());
        Assert.That(
            (scan.Estimate(rewritten, store.Type, two, 0.25), SurplusScan.Any(rewritten, store.Type, two)),
            Is.EqualTo((0.0, false)));
    }

    [Test]
    public void SurplusScan_FewNewRows_AreNoReasonToLookAgain()
    {
        using var store = new MergeStore(MergeRows.Schema(keepLast: 3));
        var scan = new SurplusScan();
        Table[] tables = [.. Enumerable.Range(0, 50)
            .Select(i => store.Write(Users(1, [.. Enumerable.Range(1, 100).Select(row => (1000L * i) + 100 - row)])))];
        NewerTables newer = NewerTables.IndexUsers(tables.AsSpan(49));
        double[] Look() => [.. tables.Select(table => scan.Estimate(table, MergeRows.Schema(keepLast: 190), newer, 0.25))];
        double[] first = Look();
        Assert.That((first[0], scan.Samples), Is.EqualTo((0.1, 50L)));
        scan.CountAdded(store.Type.Id, 1);
        Assert.That(Look(), Is.EqualTo(first));
        Assert.That(scan.Samples, Is.EqualTo(50), "One row more cannot make a tenth a quarter.");
        scan.CountAdded(store.Type.Id, 20);
        Assert.That(Look(), Is.EqualTo(first));
        Assert.That(scan.Samples, Is.EqualTo(99), "The newest table had none, so it cannot be a quarter yet.");
    }

    private static long Total(MergeStats stats) =>
        stats.RowsOut + stats.Duplicates + stats.Trimmed + stats.Expired + stats.Erased;

    private static SortedDictionary<UserId, RowBuffer> Users(ulong user, long[] times)
    {
        RowBuffer rows = MergeRows.Buffer(MergeRows.Schema());
        foreach (long time in times)
        {
            rows.AppendKey(time, 1);
        }

        rows.FillAbsent();
        return new SortedDictionary<UserId, RowBuffer> { [UserId.From(user)] = rows };
    }

    private static void AddTo(MergeModel model, Table table, MergeStore store)
    {
        for (TableCursor cursor = table.CreateCursor(); cursor.MoveNext();)
        {
            RowBuffer rows = MergeRows.Buffer(store.Type);
            cursor.AppendTo(rows);
            model.Add(cursor.User, rows);
        }
    }

    private static Table Single(MergeStore store, RowBuffer rows) =>
        store.Write(new SortedDictionary<UserId, RowBuffer> { [UserId.From(1)] = rows });

    private static RowBuffer Stamped(Stamp defaultStamp, StampParts parts, long[] times)
    {
        RowBuffer rows = new([.. MergeRows.Schema().Columns.Select(column => column.Type)], defaultStamp, parts);
        foreach (long time in times)
        {
            rows.AppendKey(time, 1);
        }

        rows.FillAbsent();
        return rows;
    }
}
