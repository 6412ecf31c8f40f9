namespace Signals.Tests.Generators;

/// <summary>What the attributes of a typed event say about a store of earlier code.</summary>
internal sealed class TypedSchemaChangeTests
{
    [Test]
    public async Task Open_StoreOfEarlierCode_RenamesAndDrops()
    {
        StoreSchema before = StoreSchema.Define(s => s.EventType(
            "renamed_visit", t => t.Field<long>("item_no").Text("gone").Text("country_code")));
        UserId user = UserId.From(1UL);
        using TypedStore typed = new(before);
        EventBatch batch = typed.Store.CreateBatch("renamed_visit");
        batch.Add(user, TypedStore.Now, 1).Set("item_no", 4711L).Set("gone", "x").Set("country_code", "de");
        await typed.Store.AppendAsync(batch);

        typed.Reopen(StoreSchema.Of<RenamedVisit>());
        await typed.Store.AppendAsync(new RenamedVisit(user, TypedStore.Now.AddMinutes(1), 2) { Item = 5, Country = "fr" });

        RenamedVisit[] visits = typed.Store.Query<RenamedVisit>().Last(10).Read(user).ToArray();
        Assert.That(visits.Select(visit => (visit.Item, visit.Country)), Is.EqualTo(new[] { (5, "fr"), (4711, "de") }));
        EventTypeSchema type = typed.Store.Schema["renamed_visit"];
        Assert.That(
            type.Columns.Select(column => (column.Name, column.IsDropped)),
            Is.EqualTo(new[] { ("item", false), ("gone", true), ("country", false) }));
    }

    [Test]
    public async Task Open_StoreOfEarlierCode_RenamesTheEventType()
    {
        UserId user = UserId.From(1UL);
        using TypedStore typed = new(StoreSchema.Define(s => s.EventType("page_view", t => t.Field<long>("item_no"))));
        EventBatch batch = typed.Store.CreateBatch("page_view");
        batch.Add(user, TypedStore.Now, 1).Set("item_no", 4711L);
        await typed.Store.AppendAsync(batch);

        typed.Reopen(StoreSchema.Of<PageVisit>());
        await typed.Store.AppendAsync(new PageVisit(user, TypedStore.Now.AddMinutes(1), 2) { Item = 5 });
        PageVisit[] visits = typed.Store.Query<PageVisit>().Last(10).Read(user).ToArray();
        Assert.That(visits.Select(visit => visit.Item), Is.EqualTo(new[] { 5, 4711 }));
        EventTypeSchema type = typed.Store.Schema["hit"];
        Assert.That((type.Name, type.KeepLast), Is.EqualTo(("page_visit", 50)));
        Assert.That(type.FormerNames, Is.EqualTo(new[] { "hit", "page_view" }));

        typed.Reopen(StoreSchema.Define(s => s.EventType("page_view", t => t.Field<long>("item_no"))));
        await typed.Store.AppendAsync(new PageVisit(user, TypedStore.Now.AddMinutes(2), 3) { Item = 6 });
        Assert.That(
            typed.Store.Query<PageVisit>().Last(10).Read(user).ToArray().Select(visit => visit.Item), Is.EqualTo(new[] { 6, 5, 4711 }),
            "by a former name, too");
    }
}
