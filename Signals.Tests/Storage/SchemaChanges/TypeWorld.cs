using Signals.Core.Schema;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// One small store with event types that are renamed and dropped, and the schemas of the programs that open it. Threads: one.
/// </summary>
internal sealed class TypeWorld
{
    public const long Hour = 3_600_000;
    public const int Events = 20;

    public static readonly UserId User = UserId.From(1UL);

    public SimFileSystem Files { get; } = ImportStore.NewFiles(record: false);

    public ManualTime Time { get; } = new(TestStores.Start + Hour);

    /// <summary>With <c>view</c> and <c>click</c>.</summary>
    public static StoreSchema Old { get; } = StoreSchema.Define(s => Click(View(s)));

    /// <summary>Without <c>click</c>.</summary>
    public static StoreSchema Without { get; } = StoreSchema.Define(s => View(s).Dropped("click"));

    /// <summary><c>click</c> is called <c>tap</c>.</summary>
    public static StoreSchema Renamed { get; } = StoreSchema.Define(s => Click(View(s), "tap", "click"));

    public static StoreSchemaBuilder View(StoreSchemaBuilder schema) => schema.EventType(
        "view", t => t.Field<long>("item").Window(TimeSpan.FromDays(1)));

    public static StoreSchemaBuilder Click(StoreSchemaBuilder schema, string name = "click", params string[] formerNames) =>
        schema.EventType(name, type =>
        {
            type.Field<double>("position").Enrichment<float>("price").Window(TimeSpan.FromDays(1));
            Array.ForEach(formerNames, former => type.TypeRenamedFrom(former));
        });

    public static EngineOptions Options(int graceDays) => TestStores.Tiny with { RetentionGrace = TimeSpan.FromDays(graceDays) };

    public SignalStore Open(StoreSchema schema, int graceDays = 1) => TestStores.Open(Files, schema, Time, Options(graceDays));

    /// <summary>The schema that the manifest has.</summary>
    public StoreSchema Kept() => Manifest.Read(new StoreFolder(Files, TestStores.Folder)).ReadSchema();

    /// <summary>How the event types stand in the manifest: <c>view, click(dropped)</c>.</summary>
    public string Types() => string.Join(", ", Kept().EventTypes.Select(type =>
        type.Name + (!type.IsDropped ? "" : type.Drop == DropState.Final ? "(gone)" : "(dropped)")));

    /// <summary>Makes the store with events of both types: in tables, or in the log of a process that is killed.</summary>
    public void Fill(bool flush = true)
    {
        using SignalStore store = Open(Old);
        AppendViews(store, 0, Events);
        AppendClicks(store, "click", 0, Events);
        if (flush)
        {
            Run(store, store.FlushAsync());
        }
        else
        {
            store.Engine.Close(abandon: true);
        }
    }

    public static void AppendViews(SignalStore store, int from, int count)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = from; i < from + count; i++)
        {
            batch.Add(User, TestStores.Start + i, (ulong)i).Set("item", 100L + i);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    public static void AppendClicks(SignalStore store, string name, int from, int count)
    {
        EventBatch batch = store.CreateBatch(name);
        for (int i = from; i < from + count; i++)
        {
            batch.Add(User, TestStores.Start + i, (ulong)i).Set("position", 0.5 + i);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    public static void AssertViews(SignalStore store, int count = Events)
    {
        using Sequence found = store.Read(User, store.Query("view").Columns("item").Build());
        Assert.That(found.Field<long>("item").ToArray(), Is.EqualTo(Enumerable.Range(0, count).Reverse().Select(i => 100L + i)));
    }

    public static void AssertClicks(SignalStore store, string name = "click", int count = Events)
    {
        using Sequence found = store.Read(User, store.Query(name).Columns("position").Build());
        Assert.That(found.Field<double>("position").ToArray(), Is.EqualTo(Enumerable.Range(0, count).Reverse().Select(i => 0.5 + i)));
    }

    /// <summary>Imports a segment, written by a program that knows the type under this name, that gives a click a price.</summary>
    public void Correct(SignalStore store, int number, float price, StoreSchema? writer = null, string name = "click")
    {
        SegmentOptions options = new() { Generation = 1 };
        using (SegmentWriter segment = SegmentWriter.Create(Files, ImportStore.Segment, (writer ?? Old)[name], options))
        {
            segment.Correct(User, TestStores.Start + number, (ulong)number).Set("price", price);
            segment.Finish();
        }

        Run(store, store.ImportAsync(ImportStore.Segment));
        Files.Delete(ImportStore.Segment);
    }

    /// <summary>Lets a time pass in steps that the steady clock believes.</summary>
    public void Pass(int days, StoreSchema schema)
    {
        for (int step = 0; step < 2 * days; step++)
        {
            Time.NowMs += 12 * Hour;
            Open(schema).Dispose();
        }
    }

    public static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }
}
