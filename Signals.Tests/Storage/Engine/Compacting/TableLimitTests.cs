using Signals.Core.Columns;
using Signals.Storage.Engine.Context;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// Tables that hold no more than their limits: what is more goes into others, between users, and no answer tells them apart.
/// </summary>
internal sealed class TableLimitTests
{
    private const int Users = 40;
    private const long Hour = 3_600_000;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Text("note").Window(TimeSpan.FromDays(30)).KeepLast(9))
        .EventType("buy", t => t.Field<long>("cents").Window(TimeSpan.FromDays(30)).MaxAge(TimeSpan.FromHours(300))));

    private static readonly TableLimits[] Cases =
    [
        TableLimits.Default with { Rows = 50 },
        TableLimits.Default with { Rows = 9 },
        TableLimits.Default with { Users = 4 },
        TableLimits.Default with { Bytes = 2_000 },
        TableLimits.Default with { IndexEntries = 30 },
    ];

    [TestCaseSource(nameof(Cases))]
    public async Task Store_WithLowLimits_DividesTablesAndAnswersAsAnyOther(TableLimits limits)
    {
        ManualTime time = new(TestStores.Start);
        SimFileSystem files = new(record: false);
        SimFileSystem others = new(record: false);
        SignalStore limited = TestStores.Open(files, Schema, time, Options(limits));
        SignalStore other = TestStores.Open(others, Schema, time, Options(TableLimits.Default));
        Random random = new(7);
        int most = 0;
        for (int round = 0; round < 60; round++)
        {
            SignalStore[] stores = [limited, other];
            ulong erased = (ulong)random.Next(1, Users + 1);
            bool erases = random.Next(10) == 0;
            int what = random.Next(6);
            int seed = random.Next();
            foreach (SignalStore store in stores)
            {
                Append(store, time, new Random(seed));
                if (erases)
                {
                    await Erase(store, erased);
                }

                await (what == 0 ? store.CompactAsync() : store.FlushAsync());
                store.Engine.RunPending();
            }

            RequireLimits(limited, limits);
            most = Math.Max(most, limited.GetStats().Tables);
            if (what == 1)
            {
                limited.Dispose();
                limited = TestStores.Open(files, Schema, time, Options(limits));
            }

            RequireSame(limited, other, time);
            time.NowMs += 8 * Hour;
        }

        Assert.That(most, Is.GreaterThan(6), "tables were meant to be divided");
        limited.Dispose();
        other.Dispose();
    }

    // Where users have more than a table, what lies between two of them is not full, and is merged and divided anew each time.
    private static IEnumerable<TableLimits> OfManyUsers => Cases.Where(limits => limits.Rows != 9);

    [TestCaseSource(nameof(OfManyUsers))]
    public async Task CompactAsync_DividedTables_AgainWritesNothing(TableLimits limits)
    {
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, time, Options(limits));
        Random random = new(3);
        for (int round = 0; round < 30; round++)
        {
            Append(store, time, random);
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        await store.CompactAsync();
        RequireLimits(store, limits);
        RequireNoUserTwice(store);
        long written = store.GetStats().CompactionBytesWritten;
        ulong[] numbers = NumbersOf(store);
        Assert.That(numbers, Has.Length.GreaterThan(2));
        await store.CompactAsync();
        Assert.That(
            (store.GetStats().CompactionBytesWritten, NumbersOf(store)), Is.EqualTo((written, numbers)),
            "what has no user in common is left alone");
        await Erase(store, 1);
        await store.CompactAsync();
        Assert.That(NumbersOf(store).Intersect(numbers), Is.Not.Empty, "only the tables of the user are written anew");
        using Sequence gone = store.Read(UserId.From(1UL), store.Query("view", "buy").Build());
        Assert.That(gone.Count, Is.Zero);
    }

    [Test]
    public void Add_UserThatTheLimitHasNoRoomFor_HasATableOfTheOwn()
    {
        TableSample sample = new() { Schema = TableSample.Define(static t => t.Field<int>("n")), Users = [] };
        using TableWriter writer = new(
            sample.Files, TableSample.Path, TableSample.Number, sample.Schema, null,
            new TableOptions { Limits = TableLimits.Default with { Rows = 5 } });
        Assert.That(writer.HasRoomFor(int.MaxValue), "nothing else would take it");
        RowBuffer rows = TableSample.RandomRows(sample.NewRows(), new Random(1), 4);
        writer.Add(UserId.From(1UL), rows, 0, rows.Count);
        Assert.That((writer.HasRoomFor(1), writer.HasRoomFor(2)), Is.EqualTo((true, false)));
    }

    private static EngineOptions Options(TableLimits limits) => TestStores.Tiny with
    {
        Tables = TestStores.Tiny.Tables with { Limits = limits },
        Compaction = TestStores.Tiny.Compaction with { WindowBytes = 4_000 },
    };

    private static ulong[] NumbersOf(SignalStore store) => [.. store.Engine.Tables.Tables.Select(table => table.Meta.Number).Order()];

    private static void Append(SignalStore store, ManualTime time, Random random)
    {
        EventBatch views = store.CreateBatch("view");
        EventBatch buys = store.CreateBatch("buy");
        for (int i = 0; i < 30; i++)
        {
            // The last user has more than a table may hold.
            ulong user = (ulong)(random.Next(3) == 0 ? Users : random.Next(1, Users + 1));
            long at = time.NowMs - random.NextInt64(40 * 24) * Hour;
            ulong id = (ulong)random.Next(3);
            if (random.Next(2) == 0)
            {
                views.Add(UserId.From(user), at, id).Set("n", random.Next()).Set("note", $"note {random.Next(5)}");
            }
            else
            {
                buys.Add(UserId.From(user), at, id).Set("cents", random.NextInt64());
            }
        }

        foreach (EventBatch batch in (EventBatch[])[views, buys])
        {
            if (batch.Count > 0)
            {
                Assert.That(store.TryAppend(batch, out _));
            }
        }

        store.Engine.RunPending();
    }

    private static async Task Erase(SignalStore store, ulong user)
    {
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(user));
        store.Engine.RunPending();
        await erased;
    }

    private static void RequireLimits(SignalStore store, TableLimits limits)
    {
        foreach (Table table in store.Engine.Tables.Tables.Where(table => table.Meta.Users > 1))
        {
            Assert.That(table.Meta.Rows, Is.LessThanOrEqualTo(limits.Rows));
            Assert.That(table.Meta.Users, Is.LessThanOrEqualTo(limits.Users));
        }
    }

    private static void RequireNoUserTwice(SignalStore store)
    {
        HashSet<(ushort, long, UserId)> seen = [];
        foreach (Table table in store.Engine.Tables.Tables)
        {
            for (int i = 0; i < table.Meta.Users; i++)
            {
                Assert.That(
                    seen.Add((table.Meta.EventType, table.Meta.WindowStart, table.UserAt(i, out _))),
                    "a full compaction leaves a user in one table of a window");
            }
        }
    }

    private static void RequireSame(SignalStore one, SignalStore other, ManualTime time)
    {
        foreach (string[] types in (string[][])[["view"], ["buy"], ["view", "buy"]])
        {
            foreach (int last in (int[])[3, 100])
            {
                SequenceQuery query = one.Query(types).Last(last).Build();
                SequenceQuery same = other.Query(types).Last(last).Build();
                for (ulong user = 1; user <= Users; user++)
                {
                    using Sequence read = one.Read(UserId.From(user), query);
                    using Sequence expected = other.Read(UserId.From(user), same);
                    Assert.That(
                        read.Times.SequenceEqual(expected.Times) && read.Ids.SequenceEqual(expected.Ids),
                        $"user {user} at {time.NowMs}");
                }
            }
        }
    }
}
