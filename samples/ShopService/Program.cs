// A service that tells a shop what a shopper may want next. With --self-test it calls itself once and ends.
using Signals;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string folder = builder.Configuration["Signals:Path"] ?? Path.Combine(Path.GetTempPath(), "signals-shop-service");
await using SignalStore store = SignalStore.Open(folder, StoreSchema.Of<View, Purchase>());
TimeProvider time = TimeProvider.System;
await using WebApplication app = builder.Build();

app.MapPost("/users/{user}/views", async (string user, DateTimeOffset at, ulong id, long item, float? seconds) =>
    await store.AppendAsync(new View(UserId.From(user), at, id, item, seconds))); // the same time and id again is the same view

app.MapPost("/users/{user}/purchases", async (string user, DateTimeOffset at, ulong id, long item, long cents, string? coupon) =>
    await store.AppendAsync(new Purchase(UserId.From(user), at, id, item, cents, coupon)));

app.MapGet("/users/{user}/recommendations", (string user) =>
{
    Dictionary<long, double> scores = [];
    foreach (View view in store.Query<View>().Last(100).Read(UserId.From(user))) // newest first
    {
        double weight = Math.Exp((view.Time - time.GetUtcNow()).TotalDays) * (1 + (view.DwellSeconds ?? 0));
        scores[view.Item] = scores.GetValueOrDefault(view.Item) + weight;
    }

    foreach (Purchase purchase in store.Query<Purchase>().Last(50).Read(UserId.From(user)))
    {
        scores.Remove(purchase.Item);
    }

    return scores.OrderByDescending(score => score.Value).Take(10).Select(score => score.Key);
});

await app.StartAsync();
if (args.Contains("--self-test"))
{
    using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
    await client.PostAsync(new Uri($"/users/alice/views?at={time.GetUtcNow():s}Z&id=1&item=7&seconds=2.5", UriKind.Relative), null);
    string wanted = await client.GetStringAsync(new Uri("/users/alice/recommendations", UriKind.Relative));
    Console.WriteLine($"alice may want {wanted}");
    return wanted == "[7]" ? 0 : 1;
}

await app.WaitForShutdownAsync();
return 0;

[Event("view", KeepLast = 500, MaxAgeDays = 90)]
internal readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id, long Item, float? DwellSeconds);

[Event("purchase")]
internal readonly partial record struct Purchase(UserId User, DateTimeOffset Time, ulong Id, long Item, long Cents, string? Coupon);
