using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>One small store whose column <c>dwell</c> is dropped, and the schemas of the programs that open it. Threads: one.</summary>
internal sealed class DropWorld
{
    public const long Hour = 3_600_000;
    public const int Events = 20;

    public static readonly UserId User = UserId.From(1UL);

    public SimFileSystem Files { get; } = ImportStore.NewFiles(record: false);

    public ManualTime Time { get; } = new(TestStores.Start + Hour);

    /// <summary>With <c>item</c> and <c>dwell</c>.</summary>
    public static StoreSchema Old { get; } = Define(t => t.Field<long>("item").Field<double>("dwell"));

    /// <summary>Without <c>dwell</c>.</summary>
    public static StoreSchema Without { get; } = Define(t => t.Field<long>("item").Dropped("dwell"));

    public static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", type =>
    {
        define(type);
        type.Window(TimeSpan.FromDays(1));
    }));

    public SignalStore Open(StoreSchema schema, int graceDays = 1) => TestStores.Open(Files, schema, Time, Options(graceDays));

    public static EngineOptions Options(int graceDays) => TestStores.Tiny with { RetentionGrace = TimeSpan.FromDays(graceDays) };

    /// <summary>The schema that the manifest has.</summary>
    public StoreSchema Kept() => Manifest.Read(new StoreFolder(Files, TestStores.Folder)).ReadSchema();

    /// <summary>How the columns stand in the manifest: <c>item, dwell(dropped)</c>.</summary>
    public string Columns() => string.Join(", ", Kept()["view"].Columns.Select(column =>
        column.Name + (!column.IsDropped ? "" : column.Drop.IsFinal ? "(gone)" : "(dropped)")));

    /// <summary>Makes the store with events that have both columns, in a table.</summary>
    public void Fill()
    {
        using SignalStore store = Open(Old);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < Events; i++)
        {
            batch.Add(User, TestStores.Start + i, (ulong)i).Set("item", 100L + i).Set("dwell", 0.5 + i);
        }

        store.Append(batch);
        Run(store, store.FlushAsync());
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

    /// <summary>What a store has in <c>dwell</c>, newest first; absent ones are null.</summary>
    public static double?[] Dwells(SignalStore store)
    {
        using Sequence found = store.Read(User, store.Query("view").Last(Events).Columns("dwell").Build());
        double[] values = [.. found.Field<double>("dwell")];
        ColumnState[] states = [.. found.States("dwell")];
        return [.. values.Select((value, i) => states[i] == ColumnState.Value ? value : (double?)null)];
    }

    public static double?[] AllDwells { get; } = [.. Enumerable.Range(0, Events).Reverse().Select(i => (double?)(0.5 + i))];

    public static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    /// <summary>Imports a segment that gives the event of a number a value in <c>dwell</c>.</summary>
    public void Correct(SignalStore store, int number, double value)
    {
        using (SegmentWriter writer = SegmentWriter.Create(Files, ImportStore.Segment, Old["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Correct(User, TestStores.Start + number, (ulong)number).Set("dwell", value);
            writer.Finish();
        }

        Run(store, store.ImportAsync(ImportStore.Segment));
        Files.Delete(ImportStore.Segment);
    }
}
