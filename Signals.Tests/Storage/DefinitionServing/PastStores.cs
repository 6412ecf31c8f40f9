using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A store without threads that keeps its versions, with one event type and a definition over it. Threads: one.</summary>
internal static class PastStores
{
    public const string Name = "feed";

    public static StoreSchema Schema { get; } = StoreSchema.Define(schema => schema
        .EventType("view", type => type.Field<ulong>("item").Field<float>("dwell").Text("note").Enrichment<int>("category")));

    public static SequenceDefinition Definition(int version = 1, int size = 20) => SequenceDefinition.Create(Name, version).OwnedBy("tests")
        .From("view", source => source.Last(size)).Where(Predicate.OnColumn("dwell").GreaterThan(0.5)).Size(size)
        .Columns("item", "dwell", "note")
        .Tensors(tensors => tensors.Output("numbers", TensorType.Float32, t => t.Column("dwell").Column("category").Age(TimeUnit.Hours)))
        .Build();

    public static SignalStore Open(IFileSystem files, TimeProvider time, VersionRetention? kept = null, EnrichmentCatalog? catalog = null)
    {
        SignalStore store = TestStores.Open(files, Schema, time, TestStores.Tiny with { Retention = kept ?? new VersionRetention() });
        store.Definitions.Register(Definition(), catalog);
        return store;
    }

    /// <summary>Appends events of a user at these minutes after the start; the dwell tells which.</summary>
    public static void Append(SignalStore store, ulong user, params ReadOnlySpan<int> minutes)
    {
        EventBatch batch = store.CreateBatch("view");
        foreach (int minute in minutes)
        {
            batch.Add(UserId.From(user), TestStores.Start + (minute * 60_000L), 1).Set("item", (ulong)minute)
                .Set("dwell", 1f + minute).Set("note", $"m{minute}");
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    /// <summary>The minutes of the events of an answer, newest first.</summary>
    public static int[] Minutes(in ServedSequence sequence) =>
        [.. sequence.Times.ToArray().Select(time => (int)((time - TestStores.Start) / 60_000))];
}
