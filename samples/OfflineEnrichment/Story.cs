using Signals.Enrichment;
using Signals.Offline;
using Spectre.Console;

namespace Signals.Samples.OfflineEnrichment;

/// <summary>
/// Streams a day with everything that goes wrong on a day; then, a day later, corrects it, bootstraps a new event
/// type, adds an enrichment to what is indexed, and selects each user's best events. The same enricher runs when
/// events are indexed and in the jobs.
/// </summary>
internal sealed class Story(string folder)
{
    private readonly Click[] _truth = [.. Shopping.Clicks(seed: 1, count: 20_000)];
    private readonly Click[] _invented = [.. Shopping.Clicks(seed: 2, count: 300)];

    public async Task TellAsync()
    {
        ulong user = _invented[0].User;
        string items = Path.Combine(folder, "items.entities");
        Shopping.WriteItems(items, version: 1);
        using EntityTable table = EntityTable.Open(items);
        EntityJoin price = Join(table, "view", "price");
        UserTable before;
        await using (SignalStore store = Open(Shopping.Schema(today: false), price))
        {
            // A tenth is lost on the way, some events never were, and every price is wrong.
            await StreamAsync(store, _truth.Where((_, i) => i % 10 != 0).Concat(_invented));
            before = UserTable.Read(store, "view", user, "item", "price");
        }

        Shopping.WriteItems(items, version: 2);
        table.Replace(items);
        EntityJoin title = Join(table, "view", "title");
        await using (SignalStore store = Open(Shopping.Schema(today: true), price, title))
        {
            await CorrectAsync(store, price);
            await BootstrapAsync(store, Join(table, "wish", "price"));
            await EnrichAsync(store, title);
            await SelectAsync(store);
            await store.CompactAsync();
            AnsiConsole.Write(new Columns(
                before.Render($"user {user}, as streamed"),
                UserTable.Read(store, "view", user, "item", "price", "title").Render("a day later")));
            AnsiConsole.Write(new Columns(
                UserTable.Read(store, "wish", user, "item", "price").Render("new type: wishes"),
                UserTable.Read(store, "best_view", user, "item", "price").Render("the five dearest")));
        }
    }

    /// <summary>The daily correction: whole events from where they are complete, and retractions of those that never were.</summary>
    private async Task CorrectAsync(SignalStore store, EntityJoin price)
    {
        await ImportAsync(store, "corrected", await OfflineIndexer.IndexAsync(
            store.Schema, Shopping.Batches(store.Schema["view"], _truth), Job("view", "correction", price)));
        string path = Path.Combine(folder, "retractions.segment");
        using SegmentWriter retractions = SegmentWriter.Create(
            path, store.Schema["view"], new SegmentOptions { Generation = 1, Source = "retractions" });
        foreach (Click click in _invented)
        {
            retractions.Retract(UserId.From(click.User), click.Time, click.Id);
        }

        retractions.Finish();
        ImportResult result = await store.ImportAsync(path);
        AnsiConsole.MarkupLineInterpolated($"[green]retracted[/] {result.Events:N0} events that never were");
    }

    /// <summary>A new event type with its history.</summary>
    private async Task BootstrapAsync(SignalStore store, EntityJoin price) =>
        await ImportAsync(store, "bootstrapped", await OfflineIndexer.IndexAsync(
        store.Schema, Shopping.Batches(store.Schema["wish"], Shopping.Clicks(seed: 3, count: 2_000)), Job("wish", "bootstrap", price)));

    /// <summary>A new enrichment for everything that is indexed; what streams from now on gets it at once.</summary>
    private async Task EnrichAsync(SignalStore store, EntityJoin title) =>
        await ImportAsync(store, "enriched", await OfflineIndexer.EnrichAsync(store, Job("view", "titles", title)));

    /// <summary>The most relevant events instead of the last.</summary>
    private async Task SelectAsync(SignalStore store) =>
        await ImportAsync(store, "selected", await OfflineIndexer.SelectAsync(store, new SelectionOptions
        {
            From = "view",
            Into = "best_view",
            Score = "price",
            Best = 5,
            SegmentPath = Path.Combine(folder, "selection.segment"),
            Segment = new SegmentOptions { Generation = 1, Source = "selection" },
        }));

    private OfflineOptions Job(string eventType, string name, EntityJoin enricher) => new()
    {
        EventType = eventType,
        SegmentPath = Path.Combine(folder, $"{name}.segment"),
        Segment = new SegmentOptions { Generation = 1, Source = name },
        Enrichers = [enricher],
    };

    private SignalStore Open(StoreSchema schema, params EntityJoin[] enrichers) => SignalStore.Open(
        Path.Combine(folder, "store"), schema, new StoreOptions { Enrichment = new EnrichmentOptions { Enrichers = enrichers } });

    private static async Task StreamAsync(SignalStore store, IEnumerable<Click> clicks)
    {
        await foreach (EventBatch batch in Shopping.Batches(store.Schema["view"], clicks))
        {
            await store.AppendAsync(batch);
        }

        await store.WhenEnrichedAsync();
        AnsiConsole.MarkupLineInterpolated($"[yellow]streamed[/] with {store.GetEnrichmentStats().Enriched:N0} events enriched on the way");
    }

    private static EntityJoin Join(EntityTable items, string eventType, string column) => new(items, new EntityJoinOptions
    {
        Name = $"{eventType}_{column}",
        EventTypes = [eventType],
        Key = "item",
        Columns = [(column, column)],
    });

    private static async Task ImportAsync(SignalStore store, string what, OfflineResult result)
    {
        ImportResult import = await store.ImportAsync(result.Segment!.Path);
        AnsiConsole.MarkupLineInterpolated(
            $"[green]{what}[/] {result.EventsWritten:N0} events of '{import.EventType}', {import.FileBytes:N0} bytes");
    }
}
