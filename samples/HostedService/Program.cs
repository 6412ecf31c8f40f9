// A web service with a store in it: POST /users/{user}/views/{item} records a view, GET /users/{user}/views serves the last 20,
// GET /health says whether the store can be relied on. With --self-test it calls itself once and ends.
using System.Text.Json;
using Signals;
using Signals.Hosting;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
{
    ["Signals:Path"] = builder.Configuration["Signals:Path"] ?? Path.Combine(Path.GetTempPath(), "signals-hosted"),
});
builder.Services.AddSignals(builder.Configuration.GetSection("Signals"), o => o.UseSchema(StoreSchema.Of<View>()));

WebApplication app = builder.Build();
app.MapHealthChecks("/health");

app.MapPost("/users/{user}/views/{item:long}", async (string user, long item, float? dwell, SignalStore store, TimeProvider time) =>
{
    // In the log, and visible to the next request.
    await store.AppendAsync(new View(UserId.From(user), time.GetUtcNow(), (ulong)item) { Item = item, DwellSeconds = dwell });
    return Results.Accepted();
});

app.MapGet("/users/{user}/views", (string user, SignalStore store) =>
{
    View[] views = store.Query<View>().Last(20).Read(UserId.From(user)).ToArray();
    return views.Length == 0 ? Results.NotFound() : Results.Ok(views.Select(view => view.Item));
});

if (!args.Contains("--self-test"))
{
    await app.RunAsync();
    return 0;
}

app.Urls.Add("http://127.0.0.1:0");
await app.StartAsync();
using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
using HttpResponseMessage posted = await client.PostAsync(new Uri("/users/alice/views/4711?dwell=2.5", UriKind.Relative), content: null);
long[]? items = await client.GetFromJsonAsync<long[]>(new Uri("/users/alice/views", UriKind.Relative));
string health = await client.GetStringAsync(new Uri("/health", UriKind.Relative));
Console.WriteLine($"{(int)posted.StatusCode}, items {JsonSerializer.Serialize(items)}, {health}");
await app.StopAsync();
return items is [4711, ..] && health == "Healthy" ? 0 : 1;

[Event("view", KeepLast = 500)]
internal readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public float? DwellSeconds { get; init; }
}
