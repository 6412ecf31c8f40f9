// A web service with a store in it: POST /users/{user}/views/{item} records a view, GET /users/{user}/views serves the last 20,
// GET /health says whether the store can be relied on. With --self-test it calls itself once and ends.
using System.Text.Json;
using Signals;
using Signals.Hosting;

StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item").Field<float>("dwell_seconds").KeepLast(500)));

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
{
    ["Signals:Path"] = builder.Configuration["Signals:Path"] ?? Path.Combine(Path.GetTempPath(), "signals-hosted"),
});
builder.Services.AddSignals(builder.Configuration.GetSection("Signals"), o => o.UseSchema(schema));

WebApplication app = builder.Build();
app.MapHealthChecks("/health");

app.MapPost("/users/{user}/views/{item:long}", async (string user, long item, float? dwell, SignalStore store, TimeProvider time) =>
{
    DateTimeOffset now = time.GetUtcNow();
    EventBatch batch = store.CreateBatch("view", capacity: 1);
    EventRow row = batch.Add(UserId.From(user), now, id: (ulong)item).Set("item", item);
    if (dwell is float seconds)
    {
        row.Set("dwell_seconds", seconds);
    }

    await store.AppendAsync(batch); // in the log, and visible to the next request
    return Results.Accepted();
});

SequenceQuery? last20 = null;
app.MapGet("/users/{user}/views", (string user, SignalStore store) =>
{
    last20 ??= store.Query("view").Last(20).Build();
    using Sequence sequence = store.Read(UserId.From(user), last20);
    return sequence.Status == SequenceStatus.UnknownUser ? Results.NotFound() : Results.Ok(sequence.Field<long>("item").ToArray());
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
