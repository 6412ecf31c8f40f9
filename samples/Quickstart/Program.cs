// Two event types, a few events, each read back as it was written. Run it twice: the second run finds the events of the first.
using System.Globalization;
using Signals;

string path = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "signals-quickstart");
await using SignalStore store = SignalStore.Open(path, StoreSchema.Of<View, Purchase>());
UserId alice = UserId.From("alice");
DateTimeOffset now = TimeProvider.System.GetUtcNow();
ulong id = (ulong)now.ToUnixTimeMilliseconds(); // tells the events of this run from those of others

EventBatch views = store.CreateBatch<View>(); // many events in one append
for (int i = 0; i < 5; i++)
{
    views.Add(new View(alice, now.AddMinutes(i - 5), id + (ulong)i) { Item = 100 + i, DwellSeconds = 1.5f * i });
}

await store.AppendAsync(views);
await store.AppendAsync(new Purchase(alice, now.AddSeconds(-90), id) { Item = 103, Cents = 1999, Currency = "EUR" });

foreach (View view in store.Query<View>().Last(10).Read(alice)) // newest first
{
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{view.Time:HH:mm:ss} view     item {view.Item} {view.DwellSeconds ?? 0:F1} s"));
}

foreach (Purchase purchase in store.Query<Purchase>().Last(10).Read(alice))
{
    Console.WriteLine($"{purchase.Time:HH:mm:ss} purchase item {purchase.Item} {purchase.Cents} cents, {purchase.Currency}");
}

// Both types in one sequence, as columns: what a model reads.
using Sequence both = store.Read(alice, store.Query("view", "purchase").Last(10).Columns("item").Build());
Console.WriteLine($"items, newest first: {string.Join(", ", both.Field<long>("item").ToArray())}");

[Event("view", KeepLast = 500)]
internal readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public float? DwellSeconds { get; init; }
}

[Event("purchase")]
internal readonly partial record struct Purchase(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public long Cents { get; init; }

    public string? Currency { get; init; }
}
