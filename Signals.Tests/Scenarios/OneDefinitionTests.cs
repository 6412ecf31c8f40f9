using Signals.Core.Columns;
using Signals.Enrichment;
using Signals.Offline;

namespace Signals.Tests.Scenarios;

/// <summary>One enricher, one filter, three places to run them: the values are the same.</summary>
[Category("Fast")]
internal sealed class OneDefinitionTests
{
    private static readonly (string, string)[] Columns = [("price", "price"), ("title", "title"), ("embedding", "embedding")];

    [Test]
    public async Task Enricher_AtIndexingOfflineAndAtServing_GivesIdenticalValues()
    {
        string[] atIndexing;
        string[] offline;
        await using (Shop shop = new(Shop.Schema(titles: true)))
        {
            using EntityTable items = EntityTable.Open(shop.WriteItems(1));
            await shop.ReopenAsync(
                options: new StoreOptions { Enrichment = new EnrichmentOptions { Enrichers = [Shop.Join(items, "purchase", Columns)] } });
            await shop.StreamAsync(Shop.Day(0));
            atIndexing = shop.Tell("purchase");
        }

        await using (Shop shop = new(Shop.Schema(titles: true)))
        {
            using EntityTable items = EntityTable.Open(shop.WriteItems(1));
            EntityJoin join = Shop.Join(items, "purchase", Columns);
            await shop.StreamAsync(Shop.Day(0));
            string[] atServing = TellServed(shop, join);
            await shop.ImportAsync(await OfflineIndexer.EnrichAsync(shop.Store, new OfflineOptions
            {
                EventType = "purchase",
                SegmentPath = shop.NextSegment(),
                Segment = new SegmentOptions { Generation = 1 },
                Enrichers = [join],
                BatchEvents = 64,
            }));
            offline = shop.Tell("purchase");
            Assert.That(offline, Is.EqualTo(atIndexing));
            Assert.That(atServing, Is.EqualTo(atIndexing));
        }

        Assert.That(atIndexing, Has.Length.EqualTo(300));
        Assert.That(atIndexing, Has.Some.Contains("title=null").And.Some.Contains("title=absent").And.None.Contains("item=absent"));
    }

    [Test]
    public async Task Filter_OfflineAndAtServing_KeepsTheSameEvents()
    {
        await using Shop shop = new(Shop.Schema(wishes: true));
        EvenItems filter = new();
        await shop.StreamAsync(Shop.Day(0));
        SequenceQuery query = shop.Store.Query("purchase").Build();
        SequenceEnricher served = new(filter, query);
        List<ulong> kept = [];
        for (ulong user = 0; user < Shop.Users; user++)
        {
            using Sequence seq = shop.Store.Read(UserId.From(user + 1), query);
            ReadOnlySpan<bool> keep = served.Filter(UserId.From(user + 1), seq);
            for (int row = 0; row < keep.Length; row++)
            {
                if (keep[row])
                {
                    kept.Add(seq.Ids[row]);
                }
            }
        }

        await using Shop other = new(Shop.Schema(wishes: true));
        EventTypeSchema type = other.Store.Schema["purchase"];
        OfflineResult result = await OfflineIndexer.IndexAsync(other.Store.Schema, Shop.Batches(type, Shop.Day(0)), new OfflineOptions
        {
            EventType = "purchase",
            SegmentPath = other.NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
            Filters = [filter],
        });
        await other.ImportAsync(result);
        Assert.That(result.EventsRead, Is.EqualTo(300));
        Assert.That(other.Tell("purchase").Select(line => line.Split(' ')[2]), Is.EquivalentTo(kept.Select(id => $"{id:x}")));
        Assert.That(kept, Has.Count.InRange(100, 200));
    }

    // The answer's own columns, with the enriched ones in place of those that the store lacks.
    private static string[] TellServed(Shop shop, EntityJoin join)
    {
        SequenceQuery query = shop.Store.Query("purchase").Build();
        SequenceEnricher enricher = new(join, query);
        List<string> lines = [];
        for (ulong user = 0; user < Shop.Users; user++)
        {
            using Sequence seq = shop.Store.Read(UserId.From(user + 1), query);
            EnrichmentBatch result = enricher.Enrich(UserId.From(user + 1), seq);
            for (int row = 0; row < seq.Count; row++)
            {
                string line = $"{user} {seq.Times[row]} {seq.Ids[row]:x} "
                    + $"item={Hex(seq.Buffer.Columns[0], row)} quantity={Hex(seq.Buffer.Columns[1], row)}";
                lines.Add(line
                    + $" price={Hex(result.Outputs[0], row)} title={Hex(result.Outputs[1], row)} embedding={Hex(result.Outputs[2], row)}");
            }
        }

        return [.. lines];
    }

    private static string Hex(IColumnRows column, int row) => (ColumnState)column.RowStates[row] switch
    {
        ColumnState.Absent => "absent",
        ColumnState.Null => "null",
        _ => Convert.ToHexString(column.GetValue(row)),
    };

    private sealed class EvenItems : IEventFilter
    {
        private readonly Input<ulong> _item;

        public EvenItems() => Signature = EnrichmentSignature.Named("even_items", 1).On("purchase").Input("item", out _item).Build();

        public EnrichmentSignature Signature { get; }

        public void Filter(EnrichmentBatch batch, Span<bool> keep)
        {
            ColumnView<ulong> items = batch.Read(_item);
            for (int row = 0; row < keep.Length; row++)
            {
                keep[row] = items[row] % 2 == 0;
            }
        }
    }
}
