using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// Tables that hold several time windows: their number is bounded by what they hold, and no answer tells them from others.
/// </summary>
internal sealed class WindowGroupTests
{
    private const long Hour = 3_600_000;
    private const long FirstYear = -62_135_596_800_000;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).KeepLast(7))
        .EventType("buy", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).MaxAge(TimeSpan.FromHours(400))));

    [Test]
    public async Task Append_TimesAllOverThePast_LeavesFewTablesBeforeAndAfterCompaction()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
        using SignalStore store = TestStores.Open(
            new SimFileSystem(record: false), schema, new ManualTime(TestStores.Start), Options(64 << 10));
        Random random = new(1);
        EventBatch batch = store.CreateBatch("view");
        const int Events = 20_000;
        for (int i = 0; i < Events; i++)
        {
            long time = FirstYear + (long)(random.NextDouble() * (TestStores.Start - FirstYear));
            batch.Add(UserId.From((ulong)(i % 100) + 1), time, (ulong)i).Set("n", i);
            if (batch.Count == 200)
            {
                await Append(store, batch);
            }
        }

        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That(store.GetStats().Tables, Is.LessThan(60));
        await store.CompactAsync();
        Assert.That(store.GetStats().Tables, Is.LessThan(40));
        Assert.That(store.GetStats().TableRows, Is.EqualTo(Events));
        using Sequence all = store.Read(UserId.From(5), store.Query("view").Columns("n").Build());
        Assert.That(all.Count, Is.EqualTo(Events / 100));
    }

    [Test]
    public async Task CompactAsync_TablesOfManyWindows_NoTwoMeetInAWindow()
    {
        foreach (long windowBytes in (long[])[0, 500, 4_000, 1 << 30])
        {
            ManualTime time = new(TestStores.Start);
            using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, time, Options(windowBytes));
            await Fill(store, time, seed: 3, rounds: 60);
            await store.CompactAsync();
            foreach (IGrouping<string, TableInfo> type in store.GetTables().GroupBy(table => table.EventType))
            {
                TableInfo[] byTime = [.. type.OrderBy(table => table.OldestMs)];
                Assert.That(
                    byTime.Zip(byTime.Skip(1)).All(pair => pair.First.NewestMs < pair.Second.WindowStartMs),
                    $"{windowBytes}: {string.Join('\n', byTime)}");
            }
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Read_StoresThatDivideTimeDifferently_AnswerAlike(int seed)
    {
        List<string> answers = [];
        foreach (long windowBytes in (long[])[0, 400, 3_000, 1 << 30])
        {
            ManualTime time = new(TestStores.Start);
            using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, time, Options(windowBytes));
            string said = "";
            for (int part = 0; part < 6; part++)
            {
                await Fill(store, time, seed + (10 * part), rounds: 25);
                store.Engine.RunPending();
                said += Describe(store);
                if (part % 2 == 1)
                {
                    await store.CompactAsync();
                    Assert.That(Describe(store), Is.EqualTo(said[^Describe(store).Length..]), "Compaction changes no answer.");
                }
            }

            answers.Add(said);
        }

        Assert.That(answers, Is.All.EqualTo(answers[0]));
    }

    [Test]
    public async Task RunPending_LongTableHalfExpired_IsRewrittenWithoutTheExpired()
    {
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(new SimFileSystem(record: false), Schema, time, Options(1 << 30));
        EventBatch batch = store.CreateBatch("buy");
        for (int i = 0; i < 400; i++)
        {
            batch.Add(UserId.From((ulong)(i % 5) + 1), TestStores.Start - (i * Hour), (ulong)i).Set("n", i);
        }

        await Append(store, batch);
        await store.FlushAsync();
        Assert.That(store.GetStats().Tables, Is.EqualTo(1));
        time.NowMs += 150 * Hour;
        store.Engine.RunPending();
        Assert.That(store.GetStats().TableRows, Is.EqualTo(400), "Less than half is no reason.");
        time.NowMs += 60 * Hour;
        await AppendNow(store, time);
        store.Engine.RunPending();
        Assert.That((store.GetStats().Tables, store.GetStats().TableRows), Is.EqualTo((Tables: 1, TableRows: 191L)));
        time.NowMs += 1000 * Hour;
        await AppendNow(store, time);
        store.Engine.RunPending();
        Assert.That(store.GetStats().Tables, Is.Zero);
    }

    [Test]
    public async Task Open_MaxAgeRaisedAfterLongTablesWereRewrittenForIt_ShowsWhatIsLeftOnce()
    {
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema, time, Options(1 << 30)))
        {
            EventBatch batch = store.CreateBatch("buy");
            for (int i = 0; i < 400; i++)
            {
                batch.Add(UserId.From(1), TestStores.Start - (i * Hour), (ulong)i).Set("n", i);
            }

            await Append(store, batch);
            await store.FlushAsync();
            time.NowMs += 210 * Hour;
            await AppendNow(store, time);
            store.Engine.RunPending();
            Assert.That(store.GetStats().TableRows, Is.EqualTo(191));
            time.NowMs += 50 * Hour;
        }

        StoreSchema longer = StoreSchema.Define(s => s
            .EventType("view", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).KeepLast(7))
            .EventType("buy", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)).MaxAge(TimeSpan.FromHours(4000))));
        using SignalStore again = TestStores.Open(files, longer, time, Options(1 << 30));
        again.Engine.RunPending();
        await again.CompactAsync();
        using Sequence all = again.Read(UserId.From(1), again.Query("buy").Columns("n").Build());
        Assert.That(
            all.Ids.ToArray(), Is.EqualTo(Enumerable.Range(0, 191).Select(i => (ulong)i)),
            "What was rewritten away is gone, the rest is there.");
    }

    private static EngineOptions Options(long windowBytes) => TestStores.Tiny with
    {
        MemTableBytes = 256 << 10,
        Compaction = new CompactionOptions { MinRuns = 3, MaxRuns = 5, SmallRunBytes = 600, WindowBytes = windowBytes },
    };

    // Mostly now, some of the last weeks, a few of any time; users erased, time passing.
    private static async Task Fill(SignalStore store, ManualTime time, int seed, int rounds)
    {
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            foreach (string type in (string[])["view", "buy"])
            {
                EventBatch batch = store.CreateBatch(type);
                for (int i = random.Next(1, 12); i > 0; i--)
                {
                    long back = random.Next(10) switch { < 6 => 0, < 9 => random.Next(500), _ => random.Next(20_000) };
                    batch.Add(
                        UserId.From((ulong)random.Next(8) + 1), time.NowMs - (back * Hour) - random.Next(1000),
                        (ulong)random.Next(3))
                        .Set("n", random.Next());
                }

                await Append(store, batch);
            }

            if (random.Next(12) == 0)
            {
                await Driven(store, store.EraseAsync(UserId.From((ulong)random.Next(8) + 1)).AsTask());
            }

            if (random.Next(4) == 0)
            {
                await store.FlushAsync();
            }

            time.NowMs += random.Next(3) * Hour;
        }
    }

    // On disk, ages count from the newest event.
    private static async Task AppendNow(SignalStore store, ManualTime time)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(9), time.NowMs, 1).Set("n", 1);
        await Append(store, batch);
    }

    private static async Task Append(SignalStore store, EventBatch batch)
    {
        Task append = store.AppendAsync(batch).AsTask();
        await Driven(store, append);
        batch.Clear();
    }

    private static async Task Driven(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        await work;
    }

    private static string Describe(SignalStore store)
    {
        List<string> lines = [];
        SequenceQuery query = store.Query("view", "buy").Columns("n").Build();
        for (ulong user = 0; user < 8; user++)
        {
            using Sequence answer = store.Read(UserId.From(user + 1), query);
            for (int i = 0; i < answer.Count; i++)
            {
                lines.Add($"{user} {answer.EventTypes[i]} {answer.Times[i]} {answer.Ids[i]} {answer.Field<int>("n")[i]}");
            }
        }

        return string.Join('\n', lines);
    }
}
