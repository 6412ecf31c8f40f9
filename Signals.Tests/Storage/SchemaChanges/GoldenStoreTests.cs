using System.IO.Compression;
using Signals.Maintenance;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// Stores that earlier versions of Signals wrote, as they left them when their process ended without closing them: tables, a segment that
/// was imported, and a log that was not flushed. Today's version reads them, goes on with them, and changes their schema.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GoldenStoreTests
{
    private const long Start = 1_793_491_200_000; // 2026-11-01
    private const long Hour = 3_600_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("signals-golden-").FullName;

    private static StoreSchema Schema { get; } = StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<long>("item").Field<float>("dwell").Text("country").Vector<Half>("vec", 4).Enrichment<float>("price").KeepLast(50))
        .EventType("click", t => t.Field<int>("position")));

    private static StoreSchema Renamed { get; } = StoreSchema.Define(s => s
        .EventType("view", t => t
            .Enrichment<float>("item_price").RenamedFrom("price").Field<long>("product").RenamedFrom("item").Field<float>("dwell")
            .Text("country").Vector<Half>("vec", 4).KeepLast(50))
        .EventType("click", t => t.Field<int>("position")));

    private static StoreSchema Wider { get; } = StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<long>("item").Field<double>("dwell").Text("country").Vector<float>("vec", 4).Enrichment<double>("price").KeepLast(50))
        .EventType("click", t => t.Field<double>("position")));

    /// <summary>
    /// The stores, by the day of the version. Versions before 2026-11-25 wrote another CURRENT, which no later one reads.
    /// </summary>
    private static IEnumerable<TestCaseData> Stores =>
    [
        new("2026-11-25"),
        new("2026-11-28"),
        new("2026-11-29"),
        new("2026-11-30"),
    ];

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Stores))]
    public async Task Open_StoreOfAnEarlierVersion_HasEveryEventAndGoesOn(string version)
    {
        Extract(version);
        using (ReadOnlyStore look = SignalStore.OpenReadOnly(_folder))
        {
            AssertViews(look.Query("view").Columns("item", "dwell", "country", "vec", "price").Build(), look.Read, "beside");
        }

        using (SignalStore store = Open(Schema))
        {
            AssertAll(store, "opened");
            VerifyReport report = await store.VerifyAsync();
            Assert.That(report.Problems, Is.Empty);
            await store.FlushAsync();
            AssertAll(store, "flushed");
            await store.CompactAsync();
            AssertAll(store, "compacted");
            EventBatch more = store.CreateBatch("click");
            more.Add(UserId.From(9UL), Start, 1).Set("position", 3);
            await store.AppendAsync(more);
        }

        using SignalStore again = Open(Schema);
        AssertAll(again, "opened again");
        using Sequence clicks = again.Read(UserId.From(9UL), again.Query("click").Build());
        Assert.That(clicks.Field<int>("position").ToArray(), Is.EqualTo([3]));
    }

    [TestCaseSource(nameof(Stores))]
    public async Task Open_StoreOfAnEarlierVersionWithRenamedColumns_KeepsTheirData(string version)
    {
        Extract(version);
        using SignalStore store = Open(Renamed);
        SequenceQuery query = store.Query("view").Columns("product", "dwell", "country", "vec", "item_price").Build();
        AssertViews(query, store.Read, "renamed");
        await store.CompactAsync();
        AssertViews(query, store.Read, "renamed and compacted");
    }

    [TestCaseSource(nameof(Stores))]
    public async Task Open_StoreOfAnEarlierVersionWithWiderColumns_HasEqualValues(string version)
    {
        Extract(version);
        using (SignalStore store = Open(Wider))
        {
            SequenceQuery query = store.Query("view").Columns("item", "dwell", "country", "vec", "price").Build();
            AssertViews(query, store.Read, "wider", isWide: true);
            AssertPositions(store, "wider");
            Assert.That((await store.VerifyAsync()).Problems, Is.Empty);
        }

        using (ReadOnlyStore look = SignalStore.OpenReadOnly(_folder))
        {
            SequenceQuery query = look.Query("view").Columns("item", "dwell", "country", "vec", "price").Build();
            AssertViews(query, look.Read, "beside", isWide: true);
        }

        Assert.That(() => Open(Schema), Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("never becomes narrower"));
        using SignalStore again = Open(Wider);
        await again.CompactAsync();
        AssertViews(
            again.Query("view").Columns("item", "dwell", "country", "vec", "price").Build(), again.Read, "compacted", isWide: true);
        AssertPositions(again, "compacted");
        Assert.That((await again.VerifyAsync()).Problems, Is.Empty);
    }

    private static void AssertPositions(SignalStore store, string when)
    {
        using Sequence clicks = store.Read(UserId.From(2UL), store.Query("click").Build());
        Assert.That(
            clicks.Field<double>("position").ToArray(), Is.EqualTo(Enumerable.Range(0, 9).Reverse().Select(i => (double)i)), when);
    }

    /// <summary>A schema of format 2: two columns renamed, one dropped that can come back, and one that is gone.</summary>
    [Test]
    public async Task Open_StoreWithRenamesAndDrops_HasThemAndTakesOneBack()
    {
        Extract("2026-11-30-changed");
        using (ReadOnlyStore look = SignalStore.OpenReadOnly(_folder))
        {
            Assert.That(look.Query("view").Build().ColumnNames, Is.EquivalentTo(new[] { "product", "country", "vec", "item_price" }));
            Assert.That(look.Query("click").Build().ColumnNames, Is.EqualTo(new[] { "position" }));
        }

        StoreSchema back = StoreSchema.Define(s => s
            .EventType("view", t => t
                .Enrichment<float>("item_price").Field<long>("item").Field<float>("dwell").Text("country").Vector<Half>("vec", 4)
                .KeepLast(50))
            .EventType("click", t => t.Field<int>("position").Field<int>("extra")));
        StoreOptions longGrace = new() { MemoryBudgetBytes = 64 << 20, RetentionGrace = TimeSpan.FromDays(3650) };
        using SignalStore store = SignalStore.Open(_folder, back, longGrace);
        AssertViews(store.Query("view").Columns("product", "dwell", "country", "vec", "price").Build(), store.Read, "taken back");
        Assert.That(store.Schema["click"].IndexOf("extra"), Is.EqualTo(2), "another column than the one that is gone");
        await store.CompactAsync();
        using Sequence clicks = store.Read(UserId.From(9UL), store.Query("click").Columns("position").Build());
        Assert.That(clicks.Field<int>("position").ToArray(), Is.EqualTo(new[] { 3 }));
    }

    private static void AssertAll(SignalStore store, string when)
    {
        AssertViews(
            store.Query("view").Columns("item", "dwell", "country", "vec", "price").Build(), store.Read, when);
        for (ulong user = 1; user <= 4; user++)
        {
            using Sequence clicks = store.Read(UserId.From(user), store.Query("click").Build());
            int[] expected = user == 3 ? [] : [.. Enumerable.Range(0, 9).Reverse()];
            Assert.That(
                clicks.Field<int>("position").ToArray(),
                Is.EqualTo(user == 1 ? [.. expected[..8], 50, 0] : expected), $"{when}: clicks of user {user}");
        }

        Assert.That(store.GetResumePosition("source"), Is.EqualTo(42L), when);
    }

    private static void AssertViews(
        SequenceQuery query, Func<UserId, SequenceQuery, Sequence> read, string when, bool isWide = false)
    {
        for (ulong user = 1; user <= 4; user++)
        {
            using Sequence views = read(UserId.From(user), query);
            List<string> found = [];
            for (int row = 0; row < views.Count; row++)
            {
                double[] vector = isWide
                    ? [.. views.Vector<float>(query.ColumnNames[3]).Slice(4 * row, 4).ToArray().Select(value => (double)value)]
                    : [.. views.Vector<Half>(query.ColumnNames[3]).Slice(4 * row, 4).ToArray().Select(value => (double)value)];
                double dwell = isWide ? views.Field<double>(1)[row] : views.Field<float>(1)[row];
                double price = isWide ? views.Field<double>(4)[row] : views.Field<float>(4)[row];
                found.Add(FormattableString.Invariant(
                    $"{(views.Times[row] - Start) / (double)Hour:0.##} {views.Ids[row]} {views.Field<long>(0)[row]} ")
                    + FormattableString.Invariant($"{dwell} {views.States(query.ColumnNames[1])[row]} ")
                    + FormattableString.Invariant($"{views.Text(query.ColumnNames[2], row)} {string.Join(',', vector)} ")
                    + FormattableString.Invariant($"{price}"));
            }

            Assert.That(found, Is.EqualTo(user == 3 ? [] : Expected(user)), $"{when}: views of user {user}");
        }
    }

    private static List<string> Expected(ulong user)
    {
        List<string> events = [];
        for (int i = 8; i >= 0; i--)
        {
            if (user == 2 && i == 3)
            {
                events.Add("3 77 77 0 Absent se 0,0,0,0 0"); // inserted by the segment, a millisecond after the hour
            }

            if (user == 2 && i == 4)
            {
                continue; // retracted by it
            }

            string dwell = i % 3 == 0 ? "0 Absent" : FormattableString.Invariant($"{i + 0.5f} Value");
            string price = user == 1 && i == 2 ? "9.5" : "0";
            events.Add(
                $"{i} {(user * 1000) + (ulong)i} {(user * 100) + (ulong)i} {dwell} {(i % 2 == 0 ? "de" : "fr")} {i},{user},0,-1 {price}");
        }

        return events;
    }

    private SignalStore Open(StoreSchema schema) => SignalStore.Open(_folder, schema, new StoreOptions { MemoryBudgetBytes = 64 << 20 });

    private void Extract(string version)
    {
        using Stream zip = typeof(GoldenStoreTests).Assembly.GetManifestResourceStream($"golden-store-{version}.zip")!;
        ZipFile.ExtractToDirectory(zip, _folder);
    }
}
