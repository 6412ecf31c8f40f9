using Signals.Core.Schema;

namespace Signals.Tests.Core.Schema;

/// <summary>Two states of one store's schema, joined by ids, and what is none.</summary>
[Category("Fast")]
internal sealed class SchemaByIdTests
{
    // Column 1 of view was dropped for good in it, and event type 1.
    private static StoreSchema Earlier { get; } = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<short>("price").AddDropped("old", ColumnType.Text, ColumnRole.Field, [], isFinal: true)
            .Window(TimeSpan.FromDays(1)))
        .AddDropped("past", t => t.Text("x"), isFinal: true)
        .EventType("click", t => t.TypeRenamedFrom("tap").Text("x")));

    [Test]
    public void Join_NamesThatWereUsedAgain_BelongToTheLaterOnes()
    {
        StoreSchema joined = SchemaById.Join(Earlier, StoreSchema.Define(s => s
            .AddDropped(
                "view", t => Old(t.AddDropped("price", ColumnType.Scalar<int>(), ColumnRole.Field, [], isFinal: true)).Text("price"),
                isFinal: true)
            .AddDropped("past", t => t.Text("x"), isFinal: true)
            .EventType("hit", t => t.TypeRenamedFrom("click").Text("x"))
            .EventType("view", t => t.KeepLast(5))));
        Assert.That(
            joined.EventTypes.Select(type => $"{type.Id} {type.Name}({string.Join(',', type.FormerNames)}) {type.IsDropFinal}"),
            Is.EqualTo(new[] { "0 view() True", "1 past() True", "2 hit(click,tap) False", "3 view() False" }));
        Assert.That(joined["view"].Id, Is.EqualTo(3));
        Assert.That(joined.EventTypes[0].Window, Is.EqualTo(TimeSpan.FromDays(1)), "it was not declared again");
        Assert.That(
            joined.EventTypes[0].Columns.Select(column => $"{column.Id} {column.Name} {column.FirstType} {column.Type}"),
            Is.EqualTo(new[] { "0 price Int16 Int32", "1 old Text Text", "2 price Text Text" }));
        Assert.That(joined.EventTypes[0].IndexOf("price"), Is.EqualTo(2));
    }

    [TestCase("fewer types", "has 1 event types", "and the manifest 3, the last of which is 'click'")]
    [TestCase("types in another order", "Event type 0 is 'view' in the manifest, but 'click'")]
    [TestCase("another window", "Event type 0, 'view', has windows of 1.00:00:00 in the manifest")]
    [TestCase("a type that was dropped for good", "Event type 1, 'past', was dropped for good")]
    [TestCase("fewer columns", "Event type 0, 'view', has 1 columns")]
    [TestCase("another column", "Column 0 of event type 'view' is 'price' in the manifest, but 'cost'")]
    [TestCase("a column that was dropped for good", "Column 1 of event type 'view', 'old', was dropped for good")]
    [TestCase("a narrower column", "Column 0 of event type 'view', 'price', is field Int16 in the manifest, but field Int8")]
    [TestCase("another role", "Column 0 of event type 'view', 'price', is field Int16 in the manifest, but enrichment Int16")]
    [TestCase("a name of two", "'tap' would be a name, or a former name, of event types 'click' and 'tap'")]
    public void Join_WhatIsNoLaterStateOfTheStore_IsRefused(string what, params string[] parts)
    {
        StoreSchema later = StoreSchema.Define(s =>
        {
            Action<EventTypeBuilder> view = what switch
            {
                "another window" => t => Price(t).Window(TimeSpan.FromDays(2)),
                "fewer columns" => t => t.Field<int>("price"),
                "another column" => t => Old(t.Field<int>("cost")),
                "a column that was dropped for good" => t => t.Field<int>("price").Text("old"),
                "a narrower column" => t => Old(t.Field<sbyte>("price")),
                "another role" => t => Old(t.Enrichment<short>("price")),
                _ => t => Price(t),
            };
            if (what == "types in another order")
            {
                s.EventType("click", t => t.Text("x"));
            }

            s.EventType("view", view);
            if (what == "fewer types")
            {
                return;
            }

            if (what == "a type that was dropped for good")
            {
                s.EventType("past", t => t.Text("x"));
            }
            else
            {
                s.AddDropped("past", t => t.Text("x"), isFinal: true);
            }

            if (what != "types in another order")
            {
                s.EventType("click", t => t.Text("x"));
            }

            if (what == "a name of two")
            {
                s.EventType("tap", t => t.KeepLast(1));
            }
        });
        SchemaMismatchException refused = Assert.Throws<SchemaMismatchException>(() => SchemaById.Join(Earlier, later))!;
        Assert.That(parts, Has.All.Matches<string>(part => refused.Message.Contains(part!, StringComparison.Ordinal)), refused.Message);
    }

    private static EventTypeBuilder Price(EventTypeBuilder type) => Old(type.Field<int>("price"));

    private static EventTypeBuilder Old(EventTypeBuilder type) =>
        type.AddDropped("old", ColumnType.Text, ColumnRole.Field, [], isFinal: true);
}
