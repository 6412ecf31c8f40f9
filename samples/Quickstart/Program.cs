// Two event types, a few events, one merged sequence. Run it twice: the second run finds the events of the first.
using System.Globalization;
using Signals;

string path = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "signals-quickstart");

StoreSchema schema = StoreSchema.Define(s => s
    .EventType("view", t => t.Field<long>("item").Field<float>("dwell_seconds").KeepLast(500))
    .EventType("purchase", t => t.Field<long>("item").Field<long>("cents").Text("currency")));
await using SignalStore store = SignalStore.Open(path, schema);
UserId alice = UserId.From("alice");
long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

EventBatch views = store.CreateBatch("view");
for (int i = 0; i < 5; i++)
{
    views.Add(alice, now - (60_000 * (5 - i)), id: (ulong)(now + i)).Set("item", 100L + i).Set("dwell_seconds", 1.5f * i);
}

EventBatch purchases = store.CreateBatch("purchase");
purchases.Add(alice, now - 90_000, id: (ulong)now).Set("item", 103L).Set("cents", 1999L).Set("currency", "EUR");
await store.AppendAsync(views);
await store.AppendAsync(purchases);

SequenceQuery query = store.Query("view", "purchase").Last(10).Build(); // prepare once, read often
using Sequence sequence = store.Read(alice, query);
ReadOnlySpan<long> items = sequence.Field<long>("item");
ReadOnlySpan<float> dwell = sequence.Field<float>("dwell_seconds");
for (int row = 0; row < sequence.Count; row++)
{
    string type = store.Schema.EventTypes[sequence.EventTypes[row]].Name;
    string what = sequence.States("dwell_seconds")[row] == ColumnState.Value
        ? $"{dwell[row].ToString("F1", CultureInfo.InvariantCulture)} s"
        : $"{sequence.Field<long>("cents")[row]} cents, {sequence.Text("currency", row)}";
    Console.WriteLine($"{DateTimeOffset.FromUnixTimeMilliseconds(sequence.Times[row]):HH:mm:ss} {type,-8} item {items[row]} {what}");
}
