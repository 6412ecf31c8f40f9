using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Dashboard;

/// <summary>Fills a store with what makes each view of the page show something, long and hostile texts included.</summary>
internal static class PageContent
{
    private static readonly string[] Titles =
    [
        "A field guide to tides", "Copper kettle, 1.2 l", "Walking shoes",
        "A very long title that goes on and on without an end in sight, as titles of things that nobody needs often do",
    ];

    public static async Task FillAsync(SignalStore store, string hostile)
    {
        Random random = new(3);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (int day in new[] { 40, 20, 9, 3, 1, 0 })
        {
            await AppendDayAsync(store, random, now - (day * 86_400_000L));
            await store.FlushAsync();
        }

        await AppendAliceAsync(store, random, now, hostile);
        EventBatch erased = store.CreateBatch("view", 1);
        erased.Add(UserId.From("erased-user"), now, 1).Set("item", 1L);
        await store.AppendAsync(erased);
        EventGroup group = store.CreateGroup("kafka/clicks/partition-0000000000000000000000000000000017");
        group.Position = 9_007_199_254_740_993;
        group["purchase"].Add(UserId.From("bob"), now, 1).Set("cents", 1999L);
        await store.AppendGroupAsync(group);
        store.Tenants.Register("ranking", new TenantOptions { ReadsPerSecond = 5000, MaxConcurrency = 8 });
        SequenceDefinition feed = HomeFeed(hostile);
        store.Definitions.Register(feed);
        store.Definitions.Register(feed with { Version = 2, Size = 24 });
        store.Definitions.StartShadow("home_feed", feed with { Version = 3, Size = 16 }, every: 1);
        store.Read(UserId.From("alice"), "home_feed").Dispose();
    }

    /// <summary>Appends and reads until it is told to end, so that the charts show something.</summary>
    public static Task KeepBusyAsync(SignalStore store, CancellationToken end) => Task.Run(
        async () =>
        {
            Random random = new(4);
            EventBatch batch = store.CreateBatch("view", 64);
            while (!end.IsCancellationRequested)
            {
                long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                batch.Clear();
                for (int i = random.Next(1, 40); i > 0; i--)
                {
                    batch.Add(UserId.From((ulong)random.Next(1, 500)), now - i, (ulong)random.NextInt64()).Set("item", (long)i);
                    store.Read(UserId.From((ulong)random.Next(1, 500)), store.Query("view").Last(50).Build()).Dispose();
                }

                await store.AppendAsync(batch, CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
            }
        },
        CancellationToken.None);

    private static SequenceDefinition HomeFeed(string description) => SequenceDefinition.Create("home_feed").OwnedBy("ranking")
        .Describe(description)
        .From("view", v => v.Last(40).Within(TimeSpan.FromDays(30)).Where(Predicate.OnColumn("dwell_seconds").GreaterThan(2.0)))
        .From("purchase", p => p.Last(20))
        .DistinctBy("item").Size(32)
        .Columns("item", "dwell_seconds", "title")
        .Tensors(t => t.Mask("mask").Output("numbers", TensorType.Float32, n => n
            .Column("dwell_seconds", scaling: new Scaling { Factor = 0.05, Maximum = 3 })
            .Age(TimeUnit.Hours).EventType().Column("embedding")))
        .Build();

    private static async Task AppendDayAsync(SignalStore store, Random random, long endMs)
    {
        EventBatch views = store.CreateBatch("view", 4096);
        for (ulong i = 0; i < 3000; i++)
        {
            views.Add(UserId.From((ulong)random.Next(1, 500)), endMs - random.Next(80_000_000), i)
                .Set("item", (long)random.Next(4000)).Set("dwell_seconds", random.NextSingle() * 60).Set("title", Titles[i % 4]);
        }

        await store.AppendAsync(views);
    }

    private static async Task AppendAliceAsync(SignalStore store, Random random, long now, string hostile)
    {
        UserId alice = UserId.From("alice");
        EventBatch views = store.CreateBatch("view", 128);
        for (int i = 0; i < 80; i++)
        {
            long time = now - (long)(1000 * Math.Exp(random.NextDouble() * 14.5));
            EventRow row = views.Add(alice, time, (ulong)i + 1).Set("item", (long)(4000 + random.Next(60)))
                .Set("dwell_seconds", MathF.Round(random.NextSingle() * 40, 1)).Set("clicked", i % 3 == 0)
                .Set("title", i % 9 == 0 ? hostile : i % 11 == 0 ? new string('x', 400) : Titles[i % 4]);
            row.Set<float>("embedding", [random.NextSingle() - 0.5f, random.NextSingle() - 0.5f, random.NextSingle() - 0.5f, i / 80f]);
            if (i % 5 == 0)
            {
                row.SetBytes("raw", [1, 2, 3, (byte)i]);
            }
        }

        await store.AppendAsync(views);
        EventBatch purchases = store.CreateBatch("purchase", 16);
        for (int i = 0; i < 12; i++)
        {
            purchases.Add(alice, now - (3_600_000L * (1 + (i * i * 3))), (ulong)i + 1)
                .Set("item", 4000L + i).Set("cents", 1999L + (i * 500));
        }

        await store.AppendAsync(purchases);
    }
}
