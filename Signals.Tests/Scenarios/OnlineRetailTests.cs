using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Signals.Enrichment;
using Signals.Offline;
using Signals.Tests.Reliability;

namespace Signals.Tests.Scenarios;

/// <summary>
/// A real shop: sales are streamed; afterwards the items' price and text are joined to all of them, and cancellations take sales
/// back or make them smaller. Then every customer's sequence is what a dictionary says.
/// </summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class OnlineRetailTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("sale", t => t.Text("item").Field<int>("quantity").Enrichment<float>("price").EnrichmentText("description")));

    private readonly Dictionary<(UserId, long, ulong), (string Item, int Quantity)> _sales = [];
    private readonly Dictionary<string, (float Price, string Description)> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<(UserId, string), List<(UserId User, long Time, ulong Id)>> _bought = [];
    private readonly Dictionary<(UserId, long, ulong), int> _corrected = [];
    private readonly HashSet<(UserId, long, ulong)> _retracted = [];
    private int _unmatched;

    [Test]
    public async Task Sales_EnrichedAndCancelledOffline_EveryCustomerEqualsTheModel()
    {
        string data = DataSet.Require("online-retail/online-retail.csv.gz");
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            await using SignalStore store = SignalStore.Open(Path.Combine(folder, "store"), Schema);
            await StreamAsync(store, data);
            await store.FlushAsync();
            WriteItems(Path.Combine(folder, "items.entities"));
            using EntityTable items = EntityTable.Open(Path.Combine(folder, "items.entities"));
            OfflineResult enriched = await OfflineIndexer.EnrichAsync(store, new OfflineOptions
            {
                EventType = "sale",
                SegmentPath = Path.Combine(folder, "items.segment"),
                Segment = new SegmentOptions { Generation = 1, Source = "items" },
                Enrichers = [new EntityJoin(items, new EntityJoinOptions
                {
                    Name = "item_facts",
                    EventTypes = ["sale"],
                    Key = "item",
                    KeyType = ColumnType.Text,
                    Columns = [("price", "price"), ("description", "description")],
                })],
            });
            await store.ImportAsync(enriched.Segment!.Path);
            await store.ImportAsync(WriteCancellations(store, Path.Combine(folder, "cancelled.segment")));
            int compared = CompareAll(store);
            await store.CompactAsync();
            Assert.That(CompareAll(store), Is.EqualTo(compared));
            TestContext.Out.WriteLine(
                $"{_sales.Count} sales of {_items.Count} items, {_retracted.Count} retracted, {_corrected.Count} corrected, "
                    + $"{_unmatched} cancellations without a sale, {compared} compared");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task StreamAsync(SignalStore store, string data)
    {
        EventBatch batch = store.CreateBatch("sale");
        await foreach (string[] row in DataSet.ReadAsync(data, Math.Max(1500, TestScale.Of(10_000))))
        {
            (string invoice, string item, int quantity) = (row[0], row[1], int.Parse(row[3], CultureInfo.InvariantCulture));
            UserId user = UserId.From(row[6].Length == 0 ? "anonymous" : row[6]);
            long time = DateTimeOffset.Parse(row[4], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
            if (invoice.StartsWith('C'))
            {
                Cancel(user, item, -quantity);
            }
            else if (quantity > 0 && !invoice.StartsWith('A'))
            {
                ulong id = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', invoice, item, row[2], row[3], row[5])));
                if (_sales.TryAdd((user, time, id), (item, quantity)))
                {
                    _bought.TryAdd((user, item), []);
                    _bought[(user, item)].Add((user, time, id));
                }

                _items[item] = (float.Parse(row[5], CultureInfo.InvariantCulture), row[2]);
                batch.Add(user, time, id).Set("item", item).Set("quantity", quantity);
            }

            if (batch.Count == 500)
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            await store.AppendAsync(batch);
        }
    }

    /// <summary>Takes back the customer's newest sale of the item that is large enough, or a part of it.</summary>
    private void Cancel(UserId user, string item, int quantity)
    {
        List<(UserId, long, ulong)> bought = _bought.GetValueOrDefault((user, item)) ?? [];
        int at = bought.FindLastIndex(sale => !_retracted.Contains(sale) && LeftOf(sale) >= quantity);
        if (at < 0)
        {
            _unmatched++;
        }
        else if (LeftOf(bought[at]) == quantity)
        {
            _retracted.Add(bought[at]);
            _corrected.Remove(bought[at]);
        }
        else
        {
            _corrected[bought[at]] = LeftOf(bought[at]) - quantity;
        }
    }

    private int LeftOf((UserId, long, ulong) sale) => _corrected.TryGetValue(sale, out int left) ? left : _sales[sale].Quantity;

    private void WriteItems(string path)
    {
        EntitySchema schema = EntitySchema.Define("items", t => t.Field<float>("price").Text("description"));
        using EntityTableWriter writer = EntityTableWriter.Create(path, schema);
        foreach ((string item, (float price, string description)) in _items)
        {
            writer.Add(EntityKey.From(item)).Set("price", price).Set("description", description);
        }

        writer.Finish();
    }

    private string WriteCancellations(SignalStore store, string path)
    {
        using SegmentWriter writer = SegmentWriter.Create(
            path, store.Schema["sale"], new SegmentOptions { Generation = 2, Source = "cancellations" });
        foreach ((UserId user, long time, ulong id) in _retracted)
        {
            writer.Retract(user, time, id);
        }

        foreach (((UserId user, long time, ulong id), int left) in _corrected)
        {
            writer.Correct(user, time, id).Set("quantity", left);
        }

        return writer.Finish().Path;
    }

    private int CompareAll(SignalStore store)
    {
        SequenceQuery query = store.Query("sale").Build();
        int compared = 0;
        foreach (IGrouping<UserId, KeyValuePair<(UserId User, long Time, ulong Id), (string Item, int Quantity)>> user
            in _sales.GroupBy(sale => sale.Key.Item1))
        {
            using Sequence seq = store.Read(user.Key, query);
            (long, ulong)[] expected = [.. user.Select(sale => sale.Key).Where(key => !_retracted.Contains(key))
                .Select(key => (key.Time, key.Id)).OrderByDescending(key => key.Time).ThenBy(key => key.Id)];
            Assert.That(seq.Times.ToArray().Zip(seq.Ids.ToArray()), Is.EqualTo(expected), $"user {user.Key}");
            for (int row = 0; row < seq.Count; row++)
            {
                (UserId, long, ulong) key = (user.Key, seq.Times[row], seq.Ids[row]);
                (float price, string description) = _items[_sales[key].Item];
                bool same = seq.Text("item", row) == _sales[key].Item
                    && seq.Field<int>("quantity")[row] == LeftOf(key)
                    && seq.Field<float>("price")[row] == price
                    && seq.Text("description", row) == description;
                Assert.That(same, Is.True, $"user {user.Key} at {key}");
            }

            compared += seq.Count;
        }

        return compared;
    }
}
