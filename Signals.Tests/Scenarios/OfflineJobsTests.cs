using Signals.Enrichment;
using Signals.Offline;

namespace Signals.Tests.Scenarios;

/// <summary>The four jobs that offline data is for, each from beginning to end.</summary>
[Category("Fast")]
internal sealed class OfflineJobsTests
{
    /// <summary>
    /// A day was streamed with losses: a third of the events never came, the facts about items were wrong, the rest of the day was not
    /// enriched, and some events never happened. The next day the truth is at hand.
    /// </summary>
    [Test]
    public async Task DailyCorrection_MissedWrongAndFalseEvents_TheDayIsAsItTrulyWas()
    {
        await using Shop shop = new();
        using EntityTable items = EntityTable.Open(shop.WriteItems(1));
        EntityJoin join = Shop.Join(items, "purchase", ("price", "price"));
        Purchase[] truth = [.. Shop.Day(0)];
        Purchase[] streamed = [.. truth.Where((_, i) => i % 3 != 0)];
        Purchase[] invented = [.. truth.Take(20).Select(p => p with { Id = p.Id + 1_000_000 })];
        await shop.StreamAsync(streamed.Skip(150));
        await shop.ReopenAsync(options: Enriching(join));
        await shop.StreamAsync(streamed.Take(150).Concat(invented));
        await shop.StreamAsync(Shop.Day(1));
        string[] nextDay = Tell(shop, "purchase", 1);

        items.Replace(shop.WriteItems(2));
        OfflineResult corrected = await OfflineIndexer.IndexAsync(
            shop.Store.Schema, Shop.Batches(shop.Store.Schema["purchase"], truth), Options(shop, "purchase", [join]));
        await shop.ImportAsync(corrected);
        await shop.Store.ImportAsync(Retract(shop, invented));
        string[] expected = [.. truth.Select(p => Told(p, PriceNow(p.Item, 2)))];
        Assert.That(Tell(shop, "purchase", 0), Is.EquivalentTo(expected));
        Assert.That((await shop.ImportAsync(corrected)).AlreadyImported, Is.True);
        await shop.Store.CompactAsync();
        Assert.That(Tell(shop, "purchase", 0), Is.EquivalentTo(expected), "compacted");
        await shop.ReopenAsync();
        Assert.That(Tell(shop, "purchase", 0), Is.EquivalentTo(expected), "reopened");
        Assert.That(Tell(shop, "purchase", 1), Is.EqualTo(nextDay), "the day after is as it was");
    }

    /// <summary>A new event type is wanted with the last days of its history, while its events begin to stream.</summary>
    [Test]
    public async Task Bootstrap_NewEventType_HasItsLastDaysAndGoesOnStreaming()
    {
        await using Shop shop = new();
        using EntityTable items = EntityTable.Open(shop.WriteItems(1));
        await shop.StreamAsync(Shop.Day(0));
        string[] purchases = shop.Tell("purchase");
        EntityJoin join = Shop.Join(items, "wish", ("price", "price"));
        await shop.ReopenAsync(Shop.Schema(wishes: true), Enriching(join));
        await shop.StreamAsync(Shop.Day(4), "wish");
        OfflineResult result = await OfflineIndexer.IndexAsync(
            shop.Store.Schema,
            Shop.Batches(shop.Store.Schema["wish"], Enumerable.Range(0, 5).SelectMany(Shop.Day)),
            Options(shop, "wish", [join], fromDay: 2));
        Assert.That((result.EventsRead, result.EventsWritten), Is.EqualTo((1500L, 900L)), "three of five days");
        await shop.ImportAsync(result);
        await shop.StreamAsync(Shop.Day(5), "wish");
        string[] expected = [.. Enumerable.Range(2, 4).SelectMany(Shop.Day).Select(p => Told(p, PriceNow(p.Item, 1)))];
        Assert.That(Tell(shop, "wish"), Is.EquivalentTo(expected));
        await shop.Store.CompactAsync();
        await shop.ReopenAsync();
        Assert.That(Tell(shop, "wish"), Is.EquivalentTo(expected));
        Assert.That(shop.Tell("purchase"), Is.EqualTo(purchases), "other types are as they were");
    }

    /// <summary>Columns are added to what is indexed already; what streams from now on has them from the same enricher.</summary>
    [Test]
    public async Task NewEnrichment_EverythingIndexed_HasItAndNothingElseChanges()
    {
        await using Shop shop = new();
        using EntityTable items = EntityTable.Open(shop.WriteItems(1));
        await shop.StreamAsync(Shop.Day(0));
        await shop.Store.FlushAsync();
        await shop.StreamAsync(Shop.Day(1));
        EntityJoin join = Shop.Join(items, "purchase", ("title", "title"), ("embedding", "embedding"));
        await shop.ReopenAsync(Shop.Schema(titles: true), Enriching(join));
        await shop.StreamAsync(Shop.Day(2));
        string[] before = shop.Tell("purchase", "item", "quantity", "price");
        OfflineResult result = await OfflineIndexer.EnrichAsync(shop.Store, Options(shop, "purchase", [join], onlyMissing: true));
        int known = Shop.Day(0).Concat(Shop.Day(1)).Count(p => p.Item < 45);
        Assert.That(
            (result.EventsRead, result.EventsWritten), Is.EqualTo((900L, (long)known)),
            "the third day has its titles; strangers have none");
        await shop.ImportAsync(result);
        string[] enriched = shop.Tell("purchase", "title", "embedding");
        int strangers = Enumerable.Range(0, 3).SelectMany(Shop.Day).Count(p => p.Item >= 45);
        Assert.That(enriched.Count(line => line.Contains("embedding=absent", StringComparison.Ordinal)), Is.EqualTo(strangers));
        Assert.That(shop.Tell("purchase", "item", "quantity", "price"), Is.EqualTo(before));
        await shop.Store.CompactAsync();
        Assert.That(shop.Tell("purchase", "title", "embedding"), Is.EqualTo(enriched), "compacted");
        OfflineResult again = await OfflineIndexer.EnrichAsync(shop.Store, Options(shop, "purchase", [join], onlyMissing: true));
        Assert.That(again.Segment, Is.Null, "nothing is left to do");
    }

    /// <summary>Each user's three purchases of the highest price, instead of the last ones; chosen anew when more has happened.</summary>
    [Test]
    public async Task Selection_MostRelevant_TypeHoldsExactlyTheBestOfEachUser()
    {
        await using Shop shop = new(Shop.Schema(wishes: true));
        using EntityTable items = EntityTable.Open(shop.WriteItems(1));
        await shop.ReopenAsync(options: Enriching(Shop.Join(items, "purchase", ("price", "price"))));
        await shop.StreamAsync(Shop.Day(0));
        await SelectAsync(shop, generation: 1);
        string[] first = Tell(shop, "best_purchase");
        Assert.That(first, Is.EquivalentTo(Best(Shop.Day(0))));
        await shop.StreamAsync(Shop.Day(1));
        await SelectAsync(shop, generation: 2);
        string[] second = Tell(shop, "best_purchase");
        Assert.That(second, Is.EquivalentTo(Best(Shop.Day(0).Concat(Shop.Day(1)))));
        Assert.That(first.Except(second), Is.Not.Empty, "some of the first choice had to go");
        await shop.Store.CompactAsync();
        Assert.That(Tell(shop, "best_purchase"), Is.EqualTo(second), "compacted");
        Assert.That(shop.Tell("purchase"), Has.Length.EqualTo(600), "what was chosen from is whole");
    }

    private static StoreOptions Enriching(EntityJoin join) => new() { Enrichment = new EnrichmentOptions { Enrichers = [join] } };

    private static OfflineOptions Options(
        Shop shop, string eventType, EntityJoin[] joins, int fromDay = 0, bool onlyMissing = false) =>
        new()
        {
            EventType = eventType,
            SegmentPath = shop.NextSegment(),
            Segment = new SegmentOptions { Generation = 1, Source = "job" },
            Enrichers = joins,
            From = DateTimeOffset.FromUnixTimeMilliseconds(Shop.FirstDay + (fromDay * Shop.DayMs)),
            OnlyMissing = onlyMissing,
            BatchEvents = 64,
        };

    private static async Task SelectAsync(Shop shop, long generation) =>
        await shop.ImportAsync(await OfflineIndexer.SelectAsync(shop.Store, new SelectionOptions
        {
            From = "purchase",
            Into = "best_purchase",
            Score = "price",
            Best = 3,
            SegmentPath = shop.NextSegment(),
            Segment = new SegmentOptions { Generation = generation, Source = "selection" },
        }));

    private static string Retract(Shop shop, Purchase[] invented)
    {
        string path = shop.NextSegment();
        using SegmentWriter writer = SegmentWriter.Create(
            path, shop.Store.Schema["purchase"], new SegmentOptions { Generation = 1, Source = "retractions" });
        foreach (Purchase wrong in invented)
        {
            writer.Retract(wrong.User, wrong.TimeMs, wrong.Id);
        }

        return writer.Finish().Path;
    }

    private static IEnumerable<string> Best(IEnumerable<Purchase> purchases) => purchases
        .Where(p => p.Item < 45)
        .GroupBy(p => p.User)
        .SelectMany(user => user.OrderByDescending(p => p.Item).ThenByDescending(p => p.TimeMs).ThenBy(p => p.Id).Take(3))
        .Select(p => Told(p, PriceNow(p.Item, 1)));

    private static float? PriceNow(ulong item, int version) => item < 45 ? Shop.PriceOf(item, version) : null;

    private static string Told(Purchase p, float? price) => FormattableString.Invariant($"{p.User} {p.TimeMs} {p.Id:x} {p.Item} {price}");

    private static string[] Tell(Shop shop, string eventType, int? day = null)
    {
        SequenceQueryBuilder builder = shop.Store.Query(eventType).Columns("item", "price");
        SequenceQuery query =
            (day is int d ? builder.Between(Shop.FirstDay + (d * Shop.DayMs), Shop.FirstDay + ((d + 1) * Shop.DayMs)) : builder).Build();
        List<string> lines = [];
        for (ulong user = 0; user < Shop.Users; user++)
        {
            using Sequence seq = shop.Store.Read(UserId.From(user + 1), query);
            for (int row = 0; row < seq.Count; row++)
            {
                Purchase told = new(UserId.From(user + 1), seq.Times[row], seq.Ids[row], seq.Field<ulong>("item")[row], 0);
                lines.Add(Told(told, seq.States("price")[row] == ColumnState.Value ? seq.Field<float>("price")[row] : null));
            }
        }

        return [.. lines];
    }
}
