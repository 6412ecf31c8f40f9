using Apache.Arrow;
using Apache.Arrow.Ipc;
using Signals.Arrow;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;

namespace Signals.Tests.Arrow;

/// <summary>Batches of served sequences for tests. Threads: one.</summary>
internal static class ServedBatches
{
    public static readonly EnrichmentCatalog Catalog = new(new TripleEnricher(), new EvenFilter());

    /// <summary>Registers a random definition, whose output and shape follow from the seed.</summary>
    public static SequenceDefinition Register(RandomStore store, ulong seed)
    {
        SequenceDefinition definition = new RandomDefinition(seed, store).Make();
        store.Store.Definitions.Remove(definition.Name);
        store.Store.Definitions.Register(definition, Catalog);
        return definition;
    }

    /// <summary>All users of a random store, with states.</summary>
    public static PooledRecordBatch Build(RandomStore store, SequenceBatchBuilder builder, bool isReversed = false)
    {
        for (ulong i = 1; i <= RandomStore.Users + 1; i++)
        {
            ulong user = isReversed ? RandomStore.Users + 2 - i : i;
            using ServedSequence sequence = store.Store.Read(UserId.From(user), "random");
            builder.Append(sequence);
        }

        return builder.Build();
    }

    /// <summary>Fails unless the batch holds what reads give for each user of a random store.</summary>
    public static int RequireEqual(RandomStore store, RecordBatch batch, string what)
    {
        int rows = 0;
        Assert.That(batch.Length, Is.EqualTo(RandomStore.Users + 1), what);
        for (int i = 0; i < batch.Length; i++)
        {
            using ServedSequence sequence = store.Store.Read(UserId.From((ulong)i + 1), "random");
            ServedCheck.RequireEqual(batch, i, sequence, $"{what}, user {i + 1},");
            rows += sequence.Count;
        }

        return rows;
    }

    /// <summary>The batch as a reader of the stream format sees it.</summary>
    public static RecordBatch ThroughStream(RecordBatch batch)
    {
        MemoryStream stream = new();
        using (ArrowStreamWriter writer = new(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        stream.Position = 0;
        using ArrowStreamReader reader = new(stream);
        return reader.ReadNextRecordBatch();
    }
}
