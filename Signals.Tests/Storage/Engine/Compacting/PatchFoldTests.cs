using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Offline;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>What folding patches does to a store: what reads, files, counters and the orphan report say.</summary>
internal sealed class PatchFoldTests
{
    private const int Users = 12;
    private const int Events = 6;
    private const int Score = 2;
    private const int Vector = 3;

    private static readonly Stamp Enrichment = Stamp.Create(3, 1);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t
        .Field<int>("n").Text("note").Enrichment<int>("score").EnrichmentVector<sbyte>("v", 64).Window(TimeSpan.FromDays(1))));

    /// <summary>Everything fits a memtable, so that events are in tables exactly when the test flushes.</summary>
    private static readonly EngineOptions Roomy = TestStores.Tiny with { MemTableBytes = 1 << 20, LogBytes = 1 << 20 };

    private readonly ManualTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    [SetUp]
    public void NewFolder()
    {
        _files = new SimFileSystem(record: false);
        _time.NowMs = TestStores.Start;
    }

    [Test]
    public async Task Fold_PatchesOfFlushedEvents_ShowsThemAndRewritesNoTable()
    {
        using (SignalStore store = Open())
        {
            Append(store, 0, Events);
            await store.FlushAsync();
            byte[][] tables = [.. Files(".tbl").Select(Bytes)];
            long written = store.GetStats().CompactionBytesWritten;
            Attach(store, 0, Events, Score);
            Assert.That(store.GetStats().PatchRows, Is.EqualTo(Users * Events));

            store.Engine.RunPending();

            StoreStats stats = store.GetStats();
            Assert.That(
                (stats.PatchRows, stats.Folds, stats.RowsFolded, stats.OrphansHeld),
                Is.EqualTo((0L, 1L, (long)Users * Events, 0L)));
            Assert.That(stats.FoldBytesWritten, Is.EqualTo(Files(".col").Sum(name => Bytes(name).Length)));
            Assert.That(stats.CompactionBytesWritten - written, Is.EqualTo(stats.FoldBytesWritten));
            Assert.That(Files(".tbl").Select(Bytes), Is.EqualTo(tables), "no table was written anew");
            Assert.That(Files(".seg"), Is.Empty, "all patches met their event");
            AssertScores(store, Events);
        }

        using SignalStore reopened = Open();
        AssertScores(reopened, Events);
        reopened.Engine.RunPending();
        Assert.That(reopened.GetStats().Folds, Is.Zero);
    }

    [Test]
    public async Task CompactAsync_AfterFolds_LeavesNoPatchesAndNoColumnFiles()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Attach(store, 0, Events, Vector);
        await store.CompactAsync();

        Assert.That(Files(".col").Concat(Files(".seg")), Is.Empty);
        Assert.That((store.GetStats().PatchRows, store.GetStats().Tables), Is.EqualTo((PatchRows: 0L, Tables: 1)));
        AssertScores(store, Events);
        long folds = store.GetStats().Compactions;
        await store.CompactAsync();
        Assert.That(store.GetStats().Compactions, Is.EqualTo(folds), "nothing is left to do");
    }

    /// <summary>A full compaction would write every column of the table anew, and free nothing by it.</summary>
    [Test]
    public async Task CompactAsync_ColumnFileOnlyAddsCells_KeepsItAndWritesNothingElse()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.CompactAsync();
        StoreStats before = store.GetStats();
        Attach(store, 0, Events, Score);
        await store.CompactAsync();

        StoreStats after = store.GetStats();
        Assert.That((Files(".col").Length, Files(".seg").Length, after.PatchRows), Is.EqualTo((1, 0, 0L)));
        Assert.That(after.FoldBytesWritten, Is.GreaterThan(0));
        Assert.That(after.CompactionBytesWritten - before.CompactionBytesWritten, Is.EqualTo(after.FoldBytesWritten));
        await store.CompactAsync();
        Assert.That(store.GetStats().Compactions, Is.EqualTo(after.Compactions), "nothing is left to do");
        AssertScores(store, Events);
    }

    [Test]
    public async Task CompactAsync_ColumnFileHidesCells_MergesItIntoTheTable()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Attach(store, 0, Events, Vector);
        await store.CompactAsync();
        Assert.That(Files(".col"), Is.Empty, "there were two");

        Attach(store, 0, Events, [Score], Stamp.Create(Enrichment.Generation + 1, 0), null);
        store.Engine.RunPending();
        Assert.That(Files(".col"), Has.Length.EqualTo(1));
        await store.CompactAsync();
        Assert.That(Files(".col"), Is.Empty);
        AssertScores(store, Events);
    }

    /// <summary>What a fold that fails has found is not done: all of it waits, is counted and is folded by the one that succeeds.</summary>
    [Test]
    public async Task Fold_FailsAndSucceeds_CountsWhatWasFoldedOnce()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        _files.Refuses = operation => operation.Path.EndsWith(".col", StringComparison.Ordinal);
        store.Engine.RunPending();
        StoreStats failed = store.GetStats();
        Assert.That((failed.WorkFailures > 0, failed.PatchRows, failed.RowsFolded), Is.EqualTo((true, (long)Users * Events, 0L)));
        _files.Refuses = null;
        store.Engine.RunPending();
        Assert.That(
            (store.GetStats().PatchRows, store.GetStats().RowsFolded), Is.EqualTo((PatchRows: 0L, RowsFolded: (long)Users * Events)));
        AssertScores(store, Events);
    }

    /// <summary>Two runs with more of a user than a fold takes at once are folded one after the other.</summary>
    [Test]
    public async Task Fold_PatchesOfAUserBeyondTheLimit_AreFoldedRunByRun([Values] bool isAsked)
    {
        using SignalStore store = Open(
            Roomy with { Compaction = Roomy.Compaction with { UserLimit = new UserLimit(Events + 1, long.MaxValue) } });
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        Attach(store, 0, Events, Vector);
        if (isAsked)
        {
            await store.CompactAsync();
        }

        store.Engine.RunPending();
        Assert.That(
            (store.GetStats().PatchRows, store.GetStats().TablesSetAside, store.WorkError),
            Is.EqualTo((PatchRows: 0L, TablesSetAside: 0, WorkError: (Exception?)null)));
        AssertScores(store, Events);
    }

    [Test]
    public async Task Fold_EventsInALaterWindowOfALongTable_AreFound()
    {
        using SignalStore store = Open(Roomy with { Compaction = Roomy.Compaction with { WindowBytes = 1 << 30 } });
        Append(store, 40, Events);
        Append(store, 0, Events);
        await store.FlushAsync();
        Assert.That(store.GetStats().Tables, Is.EqualTo(1));
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Assert.That(
            (store.GetStats().PatchRows, store.GetStats().RowsFolded), Is.EqualTo((PatchRows: 0L, RowsFolded: (long)Users * Events)));
    }

    [Test]
    public async Task Fold_OrphansWhileLongTablesAreMergedOverTheirWindow_FindTheirEvent()
    {
        using SignalStore store = Open(Roomy with { Compaction = Roomy.Compaction with { WindowBytes = 1 << 30 } });
        Attach(store, 20, Events, Score);
        for (int i = 0; i < 6; i++)
        {
            Append(store, 40, 1 + i);
            Append(store, 0, 1 + i);
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        Assert.That(store.GetStats().OrphansHeld, Is.EqualTo(Users * Events), "Tables around their time were tried and merged.");
        Append(store, 20, Events);
        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That(
            (store.GetStats().PatchRows, store.GetStats().RowsFolded), Is.EqualTo((PatchRows: 0L, RowsFolded: (long)Users * Events)));
    }

    [Test]
    public async Task Fold_OfOneWindow_LeavesTheOthersPatches()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        Attach(store, 40, Events, Score);
        store.Engine.RunPending();

        Assert.That(store.GetStats().PatchRows, Is.EqualTo(Users * Events), "40 days back there are no events, so nothing was tried");
        Assert.That(store.GetStats().OrphansHeld, Is.Zero);
        AssertScores(store, Events);
    }

    [Test]
    public async Task Merge_OfARunWithColumnFiles_CountsTheirBytesAsRead()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.CompactAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Attach(store, 0, Events, Vector);
        store.Engine.RunPending();
        StoreStats folded = store.GetStats();
        Assert.That((Files(".col").Length, folded.PatchRows), Is.EqualTo((2, 0L)));

        await store.CompactAsync();
        Assert.That(Files(".col"), Is.Empty);
        Assert.That(store.GetStats().CompactionBytesRead - folded.CompactionBytesRead, Is.EqualTo(folded.TableBytes));
    }

    [Test]
    public async Task Fold_OrphansWhoseEventComesLater_FindIt()
    {
        using SignalStore store = Open();
        Append(store, 0, 1);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        StoreStats first = store.GetStats();
        Assert.That(
            (first.PatchRows, first.OrphansHeld, first.RowsFolded),
            Is.EqualTo((Users * (Events - 1L), Users * (Events - 1L), (long)Users)));
        store.Engine.RunPending();
        Assert.That(store.GetStats().Folds, Is.EqualTo(first.Folds), "nothing new, so nothing is tried again");

        Append(store, 0, Events);
        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That((store.GetStats().PatchRows, store.GetStats().OrphansHeld), Is.EqualTo((PatchRows: 0L, OrphansHeld: 0L)));
        await store.CompactAsync();
        AssertScores(store, Events);
    }

    [Test]
    public async Task Fold_OrphansAfterTheGracePeriod_AreDroppedCountedAndReported()
    {
        using SignalStore store = Open();
        Append(store, 0, 1);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        OrphanSource held = store.GetOrphanReport().Sources.Single();
        Assert.That(
            (held.EventType, held.Generation, held.SourceRank, held.Held, held.Dropped),
            Is.EqualTo(("e", 3L, 1, Users * (Events - 1L), 0L)));
        Assert.That(held.HeldSample, Has.Count.EqualTo(16));
        Assert.That(held.HeldSample[0], Is.EqualTo(new OrphanIdentity(UserId.From(1), Time(0, 1), 1)));

        _time.NowMs += (long)TimeSpan.FromDays(7).TotalMilliseconds;
        store.Engine.RunPending();
        Assert.That(store.GetStats().PatchRows, Is.EqualTo(Users * (Events - 1L)), "not a moment early");
        _time.NowMs++;
        store.Engine.RunPending();

        OrphanSource dropped = store.GetOrphanReport().Sources.Single();
        Assert.That(
            (dropped.Held, dropped.Dropped, dropped.DroppedSample.Count),
            Is.EqualTo((Held: 0L, Dropped: Users * (Events - 1L), Count: 16)));
        Assert.That(
            (store.GetStats().OrphansDropped, store.GetStats().PatchRows),
            Is.EqualTo((OrphansDropped: Users * (Events - 1L), PatchRows: 0L)));
        Assert.That(Files(".seg"), Is.Empty);
        AssertScores(store, 1);
    }

    /// <summary>A tool knows nothing of the grace that the store's program stated, and must not drop what that one keeps.</summary>
    [Test]
    public async Task Fold_OpenedWithoutStatingTheGrace_KeepsPatchesForAsLongAsTheStoreWasTold([Values] bool ofACheckpoint)
    {
        EngineOptions stated = Roomy with { OrphanGrace = TimeSpan.FromDays(90) };
        using (SignalStore store = Open(stated))
        {
            Append(store, 0, 1);
            await store.FlushAsync();
            Attach(store, 0, Events, Score);
            if (ofACheckpoint)
            {
                await store.CheckpointAsync("/copy");
            }
        }

        using SignalStore tool = SignalStore.Open(_files, ofACheckpoint ? "/copy" : TestStores.Folder, Schema, Roomy, _time);
        _time.NowMs += (long)TimeSpan.FromDays(90).TotalMilliseconds;
        Task compacted = tool.CompactAsync();
        tool.Engine.RunPending();
        await compacted;
        Assert.That(
            (tool.GetStats().OrphansDropped, tool.GetStats().PatchRows), Is.EqualTo((0L, Users * (Events - 1L))),
            "not a moment early");
        _time.NowMs++;
        tool.Engine.RunPending();
        Assert.That(tool.GetStats().OrphansDropped, Is.EqualTo(Users * (Events - 1L)));
    }

    [Test]
    public async Task Fold_ClockAYearAhead_DropsNoOrphan()
    {
        using SignalStore store = Open(Roomy with { RetentionGrace = TimeSpan.FromDays(1) });
        Append(store, 0, 1);
        await store.FlushAsync(); // a patch waits while its user has events in memory
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        long waiting = store.GetStats().PatchRows;
        _time.NowMs += (long)TimeSpan.FromDays(365).TotalMilliseconds;
        store.Engine.RunPending();
        Assert.That((store.GetStats().PatchRows, store.GetStats().OrphansDropped), Is.EqualTo((waiting, 0L)));
        _time.NowMs += (long)TimeSpan.FromDays(1).TotalMilliseconds;
        store.Engine.RunPending();
        Assert.That(store.GetStats().OrphansDropped, Is.Positive, "the clock has gone on");
    }

    [Test]
    public async Task Fold_GraceOverWhileTheEventIsInTheMemtable_WaitsForItsFlush()
    {
        using SignalStore store = Open();
        Append(store, 0, 1);
        await store.FlushAsync();
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Append(store, 0, Events);
        _time.NowMs += (long)TimeSpan.FromDays(8).TotalMilliseconds;
        store.Engine.RunPending();
        Assert.That(
            (store.GetStats().OrphansDropped, store.GetStats().PatchRows),
            Is.EqualTo((OrphansDropped: 0L, PatchRows: Users * (Events - 1L))));
        long folds = store.GetStats().Folds;
        store.Engine.RunPending();
        Assert.That(store.GetStats().Folds, Is.EqualTo(folds), "it is not tried again and again meanwhile");

        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That((store.GetStats().OrphansDropped, store.GetStats().PatchRows), Is.EqualTo((OrphansDropped: 0L, PatchRows: 0L)));
        await store.CompactAsync();
        AssertScores(store, Events);
    }

    [Test]
    public async Task Fold_MoreColumnFilesThanARunMayHave_TakesThemIn()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        await store.FlushAsync();
        for (int round = 0; round < 30; round++)
        {
            Attach(store, 0, 1 + (round % Events), round % 2 == 0 ? Score : Vector, Stamp.Create(10 + round, 0), user: round % Users);
            store.Engine.RunPending();
            Assert.That(Files(".col"), Has.Length.LessThanOrEqualTo(8), $"round {round}");
        }

        Assert.That(store.GetStats().Folds, Is.EqualTo(30));
        Assert.That(store.GetStats().Tables, Is.EqualTo(1));
    }

    [Test]
    public async Task Read_WithColumnFiles_AllocatesNothingWhenWarm()
    {
        using SignalStore store = Open(Roomy with { BlockCacheBytes = 8 << 20 });
        Append(store, 0, Events);
        await store.FlushAsync();
        Attach(store, 0, Events, Score, Vector);
        store.Engine.RunPending();
        Assert.That(Files(".col"), Has.Length.EqualTo(1));
        SequenceQuery query = store.Query("e").Build();
        long Sum()
        {
            long sum = 0;
            for (ulong user = 0; user < Users; user++)
            {
                using Sequence sequence = store.Read(UserId.From(user + 1), query);
                sum += sequence.Field<int>("score")[0] + sequence.Vector<sbyte>("v")[0];
            }

            return sum;
        }

        long expected = 0;
        for (int i = 0; i < 50; i++)
        {
            expected = Sum();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        long found = Sum();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public async Task Fold_OfARunInTheCache_LeavesTheRunThere()
    {
        using SignalStore store = Open(Roomy with { BlockCacheBytes = 8 << 20 });
        Append(store, 0, Events);
        await store.FlushAsync();
        long cold = ReadAll(store, "n", "note", "score", "v");
        Assert.That(cold, Is.GreaterThan(0));
        Attach(store, 0, Events, Score);
        store.Engine.RunPending();
        Assert.That(Files(".col"), Has.Length.EqualTo(1));
        Assert.That(ReadAll(store, "n", "note", "v"), Is.Zero, "what the fold did not change is still in memory");
        Assert.That(ReadAll(store, "score"), Is.Zero, "and what it changed was loaded before the fold was visible");
        AssertScores(store, Events);
        await store.CompactAsync();
        long resident = store.Engine.Tables.Tables.Sum(
            table => Enumerable.Range(0, table.BlockCount).Sum(block => table.ResidentBlockAt(block)?.Bytes ?? 0));
        Assert.That(
            store.GetStats().BlockCacheBytes, Is.EqualTo(resident).And.GreaterThan(0),
            "all else that was counted left with the runs");
    }

    // How many reads of files it takes to read everything.
    private static long ReadAll(SignalStore store, params string[] columns)
    {
        long before = store.GetStats().BlockReads;
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence sequence = store.Read(UserId.From(user + 1), store.Query("e").Columns(columns).Build());
            Assert.That(sequence.Count, Is.EqualTo(Events));
        }

        return store.GetStats().BlockReads - before;
    }

    [Test]
    public async Task Open_ColumnFileOfTheManifestMissing_IsRefusedAndAStrayOneDeleted()
    {
        string name;
        using (SignalStore store = Open())
        {
            Append(store, 0, Events);
            await store.FlushAsync();
            Attach(store, 0, Events, Score);
            store.Engine.RunPending();
            name = Files(".col").Single();
        }

        byte[] bytes = Bytes(name);
        _files.Delete(Path.Combine(TestStores.Folder, name));
        Assert.That(() => Open().Dispose(), Throws.TypeOf<CorruptionException>().With.Property("File").EndsWith(name));
        Write(name, bytes);
        Write("000999.col", bytes);
        using SignalStore reopened = Open();
        Assert.That(Files(".col"), Is.EqualTo(new[] { name }));
        Assert.That(reopened.Engine.Numbers.Next(), Is.GreaterThan(999), "a number is never given twice");
        AssertScores(reopened, Events);
    }

    [Test]
    public async Task Fold_ACrashAtAnyFileOperation_LeavesTheOldOrTheNew()
    {
        _files = new SimFileSystem();
        SignalStore store = Open();
        Append(store, 0, Events);
        await store.CompactAsync();
        Attach(store, 0, Events + 2, Score);
        int first = _files.OperationCount;
        store.Engine.RunPending();
        Attach(store, 0, Events, Vector);
        store.Engine.RunPending();
        int folded = _files.OperationCount;
        await store.CompactAsync();
        long orphans = store.GetStats().PatchRows;
        Assert.That((orphans, Files(".col").Length), Is.EqualTo((Users * 2L, 0)));
        store.Engine.Close(abandon: true);
        SimRecording run = _files.Recording();
        Assert.That(folded - first, Is.GreaterThan(20));
        for (int cut = first; cut <= run.Operations.Count; cut++)
        {
            for (ulong seed = 0; seed < 6; seed++)
            {
                _files = new SimFileSystem(run.CrashImage(cut, seed < 4 ? seed : seed + ((ulong)cut * 1000)), record: false);
                using SignalStore reopened = Open();
                AssertScores(reopened, Events);
                await reopened.CompactAsync();
                AssertScores(reopened, Events);
                Assert.That((reopened.GetStats().PatchRows, Files(".tbl").Length), Is.EqualTo((orphans, 2)), $"cut {cut}, seed {seed}");
                Assert.That(Files(".col"), Has.Length.LessThanOrEqualTo(1), "of one import, if the crash was before the second");
            }
        }
    }

    [Test]
    public async Task Read_WhilePatchesComeAndAreFolded_SeesEachImportWholeAndNoneTwice()
    {
        const int Rounds = 40;
        using (SignalStore filled = Open())
        {
            Append(filled, 0, Events);
            await filled.FlushAsync();
        }

        using SignalStore store = Open(Roomy with { Background = true });
        using CancellationTokenSource done = new();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() => ReadAllTheTime(store, reader, done.Token)))];
        for (int round = 1; round <= Rounds; round++)
        {
            Attach(store, 0, Events, [Score, Vector], Stamp.Create(round, 0), only: null, fill: round);
            if (round % 4 == 0)
            {
                await store.CompactAsync();
            }
            else
            {
                // A flush wakes the compaction thread.
                EventBatch batch = store.CreateBatch("e");
                batch.Add(UserId.From(1000), Time(0, round), (ulong)round).Set("n", round);
                await store.AppendAsync(batch);
                await store.FlushAsync();
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.That(store.GetStats().Folds, Is.GreaterThanOrEqualTo(Rounds / 4));
    }

    // All events of a user are patched by each import, so one read shows one import, and a later read no earlier one.
    private static void ReadAllTheTime(SignalStore store, int reader, CancellationToken done)
    {
        SequenceQuery query = store.Query("e").Columns("score", "v").Build();
        int[] last = new int[Users];
        for (int i = 0; !done.IsCancellationRequested; i++)
        {
            int user = (i + reader) % Users;
            using Sequence sequence = store.Read(UserId.From((ulong)user + 1), query);
            int score = sequence.States("score")[0] == ColumnState.Value ? (byte)sequence.Field<int>("score")[0] : 0;
            for (int row = 0; row < Events; row++)
            {
                bool isSame = (byte)sequence.Field<int>("score")[row] == score
                    && (byte)sequence.Vector<sbyte>("v")[(64 * row) + 63] == score;
                if (!isSame || score < last[user] || sequence.Count != Events)
                {
                    throw new InvalidOperationException($"user {user} shows {score} after {last[user]}, row {row} differs: {!isSame}");
                }
            }

            last[user] = score;
        }
    }

    private static long Time(int daysBack, int index) =>
        TestStores.Start + 3_600_000 - (daysBack * 86_400_000L) - (index * 1000);

    private static void Append(SignalStore store, int daysBack, int events)
    {
        EventBatch batch = store.CreateBatch("e");
        for (ulong user = 0; user < Users; user++)
        {
            for (int i = 0; i < events; i++)
            {
                batch.Add(UserId.From(user + 1), Time(daysBack, i), (ulong)i).Set("n", i).Set("note", $"note {user}");
            }

            store.Append(batch);
            store.Engine.RunPending();
            batch.Clear();
        }
    }

    /// <summary>Imports patches for the first events of each user, or of one.</summary>
    private void Attach(SignalStore store, int daysBack, int events, params int[] columns) =>
        Attach(store, daysBack, events, columns, Enrichment, null);

    private void Attach(SignalStore store, int daysBack, int events, int column, Stamp stamp, int user) =>
        Attach(store, daysBack, events, [column], stamp, user);

    private void Attach(SignalStore store, int daysBack, int events, int[] columns, Stamp stamp, int? only, int? fill = null)
    {
        SortedDictionary<UserId, RowBuffer> users = [];
        for (ulong user = 0; user < Users; user++)
        {
            RowBuffer rows = new([.. Schema["e"].Columns.Select(column => column.Type)], stamp, StampParts.None);
            for (int i = 0; i < events; i++)
            {
                rows.AppendKey(Time(daysBack, i), (ulong)i);
                foreach (int column in columns)
                {
                    rows.Columns[column].AppendFixedRows(1).Fill((byte)(fill ?? 1 + i));
                }
            }

            rows.FillAbsent();
            if (only is null || only == (int)user)
            {
                users[UserId.From(user + 1)] = rows;
            }
        }

        using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables) { ImportedMs = _time.NowMs };
        runs.Add(Schema["e"], RunKind.Patches, users).Attach();
    }

    /// <summary>
    /// Each user's first events have the score that <see cref="Attach(SignalStore, int, int, int[])"/> gives, the others none.
    /// </summary>
    private static void AssertScores(SignalStore store, int events)
    {
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence sequence = store.Read(UserId.From(user + 1), store.Query("e").Columns("score", "note").Build());
            Assert.That(sequence.Count, Is.EqualTo(events));
            for (int i = 0; i < events; i++)
            {
                Assert.That(sequence.States("score")[i], Is.EqualTo(ColumnState.Value), $"user {user}, event {i}");
                Assert.That(sequence.Field<int>("score")[i], Is.EqualTo((1 + i) * 0x0101_0101));
            }
        }
    }

    // A file that a power cut left without its first bytes cannot be told from another program's, and stays.
    private string[] Files(string suffix) =>
        [.. _files.ListFiles(TestStores.Folder)
            .Where(name => name.EndsWith(suffix, StringComparison.Ordinal)
                && OwnContent.IsIn(_files, Path.Combine(TestStores.Folder, name))).Order()];

    private byte[] Bytes(string name)
    {
        using Signals.Storage.FileSystem.IFile file = _files.Open(
            Path.Combine(TestStores.Folder, name), Signals.Storage.FileSystem.FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private void Write(string name, byte[] bytes)
    {
        using Signals.Storage.FileSystem.IFile file = _files.Open(
            Path.Combine(TestStores.Folder, name), Signals.Storage.FileSystem.FileOpenMode.CreateNew);
        file.Write(0, bytes);
    }

    private SignalStore Open(EngineOptions? options = null) =>
        TestStores.Open(_files, Schema, _time, options ?? Roomy);
}
