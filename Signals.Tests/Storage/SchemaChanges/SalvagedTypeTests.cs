using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A salvage of a store whose manifest can be read only up to a time before drops and renames.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SalvagedTypeTests
{
    private const string Saved = "/saved";

    private readonly TypeWorld _world = new();

    /// <summary>What was gone stays gone, what is hidden stays hidden, and the type that has the name now keeps its events.</summary>
    [Test]
    public void Salvage_ManifestFromBeforeTheDropsAndTheSchemaOfToday_HasWhatTheStoreHad()
    {
        StoreSchema today = MakeDamaged();
        SalvageReport report = StoreSalvage.Run(_world.Files, TestStores.Folder, Saved, today, CancellationToken.None);
        Assert.That(report.Losses.Where(loss => !loss.File.EndsWith("CURRENT") && !loss.Message.Contains("is missing")), Is.Empty);
        StoreSchema program = StoreSchema.Define(s => Add(Add(s, "gone"), "tap", "click").Dropped("page"));
        using (SignalStore saved = Open(program))
        {
            Assert.That((saved.Schema["gone"].Id, saved.Schema["tap"].Id, saved.Schema.WasDropped("page")), Is.EqualTo((3, 1, true)));
            Assert.That(Texts(saved, "gone"), Is.EqualTo(new[] { "gone 2" }));
            Assert.That(Texts(saved, "tap"), Is.EqualTo(new[] { "tap 2", "click 1" }));
        }

        using SignalStore back = Open(StoreSchema.Define(s => Add(Add(Add(s, "gone"), "tap", "click"), "page")));
        Assert.That(Texts(back, "page"), Is.EqualTo(new[] { "page 1" }));
        Assert.That(Texts(back, "gone"), Is.EqualTo(new[] { "gone 2" }));
    }

    [Test]
    public void Salvage_SchemaOfAnotherStore_IsRefusedAndLeavesNothing()
    {
        MakeDamaged();
        StoreSchema other = StoreSchema.Define(
            s => Add(Add(Add(s, "tap", "click"), "page").AddDropped("gone", t => t.Text("x"), isFinal: true), "gone"));
        Assert.That(
            () => StoreSalvage.Run(_world.Files, TestStores.Folder, Saved, other, CancellationToken.None),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("Event type 0 is 'gone' in the manifest, but 'tap'"));
        Assert.That(_world.Files.DirectoryExists(Saved), Is.False);
    }

    // Three types; then gone is dropped for good, click becomes tap, page is dropped, and another type gets the name gone. The manifest
    // that is left is that of the beginning. Returns the schema of the end.
    private StoreSchema MakeDamaged()
    {
        SignalStore store = _world.Open(StoreSchema.Define(s => Add(Add(Add(s, "gone"), "click"), "page")));
        Append(store, 1, "gone", "click", "page");
        TypeWorld.Run(store, store.FlushAsync());
        Dictionary<string, byte[]> beginning = Images(name => name.EndsWith(".tbl") || name.StartsWith("MANIFEST"));
        store.Dispose();
        _world.Open(StoreSchema.Define(s => Add(s, "click").Dropped("gone")), graceDays: 0).Dispose();
        store = _world.Open(StoreSchema.Define(s => Add(Add(s, "gone"), "tap", "click").Dropped("page")));
        Append(store, 2, "gone", "tap");
        TypeWorld.Run(store, store.FlushAsync());
        Assert.That(_world.Types(), Is.EqualTo("gone(gone), tap, page(dropped), gone"));
        StoreSchema today = _world.Kept();
        store.Engine.Close(abandon: true);
        foreach (string name in _world.Files.ListFiles(TestStores.Folder).Where(name => !name.EndsWith(".log") && !name.EndsWith(".tbl")))
        {
            _world.Files.Delete($"{TestStores.Folder}/{name}");
        }

        foreach ((string name, byte[] bytes) in beginning.Where(file => !_world.Files.FileExists($"{TestStores.Folder}/{file.Key}")))
        {
            using IFile file = _world.Files.Open($"{TestStores.Folder}/{name}", FileOpenMode.CreateNew);
            file.Write(0, bytes);
        }

        return today;
    }

    private Dictionary<string, byte[]> Images(Func<string, bool> chosen) => _world.Files.ListFiles(TestStores.Folder).Where(chosen)
        .ToDictionary(name => name, name => WideningWorld.ImageOf(_world.Files, $"{TestStores.Folder}/{name}"));

    private SignalStore Open(StoreSchema schema) =>
        SignalStore.Open(_world.Files, Saved, schema, TypeWorld.Options(graceDays: 1), _world.Time);

    private static void Append(SignalStore store, int round, params string[] types)
    {
        foreach (string type in types)
        {
            EventBatch batch = store.CreateBatch(type);
            batch.Add(TypeWorld.User, TestStores.Start + round, (ulong)round).Set("x", $"{type} {round}");
            store.Append(batch);
        }

        store.Engine.RunPending();
    }

    private static IEnumerable<string?> Texts(SignalStore store, string type)
    {
        using Sequence found = store.Read(TypeWorld.User, store.Query(type).Columns("x").Build());
        return [.. Enumerable.Range(0, found.Count).Select(row => found.Text("x", row))];
    }

    private static StoreSchemaBuilder Add(StoreSchemaBuilder schema, string type, params string[] formerNames) => schema.EventType(
        type, define =>
        {
            define.Text("x").Window(TimeSpan.FromDays(1));
            Array.ForEach(formerNames, former => define.TypeRenamedFrom(former));
        });
}
