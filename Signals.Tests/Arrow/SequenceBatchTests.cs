using Apache.Arrow;
using Signals.Arrow;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Arrow;

/// <summary>Record batches of served sequences: they hold what reads give, whatever the schema and the definition.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class SequenceBatchTests
{
    private const int Definitions = 110;
    private const int DefinitionsPerStore = 8;

    [Test]
    public void Build_RandomSchemasAndDefinitions_HoldsWhatReadsGiveAlsoThroughAStream()
    {
        int rows = 0;
        int definitions = TestScale.Of(Definitions);
        for (int first = 0; first < definitions; first += DefinitionsPerStore)
        {
            using RandomStore store = new((ulong)first + 1);
            for (int i = first; i < first + DefinitionsPerStore; i++)
            {
                SequenceDefinition definition = ServedBatches.Register(store, (ulong)i);
                SequenceBatchBuilder builder = new(new SequenceBatchOptions { States = true });
                for (int round = 0; round < 2; round++)
                {
                    ServedBatches.Build(store, builder, isReversed: true).Dispose(); // so that the memory is full of other values
                    using PooledRecordBatch batch = ServedBatches.Build(store, builder);
                    rows += ServedBatches.RequireEqual(store, batch, $"definition {i} round {round}");
                    Assert.That(batch.Bytes, Is.Positive);
                    using RecordBatch read = ServedBatches.ThroughStream(batch);
                    ServedBatches.RequireEqual(store, read, $"definition {i} round {round} through a stream");
                    RequireMetadata(read.Schema, definition);
                }
            }
        }

        Assert.That(rows, Is.GreaterThan(definitions * 10));
    }

    [Test]
    public void Append_SequenceOfAnotherDefinition_IsRefusedAndTheBatchGoesOn()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(), new ManualTime(TestStores.Start + 3_600_000));
        store.Definitions.Register(PastStores.Definition(2, size: 3));
        PastStores.Append(store, 1, 1, 2);
        SequenceBatchBuilder builder = new();
        using ServedSequence first = store.Read(UserId.From(1UL), PastStores.Name);
        builder.Append(first);
        store.Definitions.Activate(PastStores.Name, 1);
        using ServedSequence other = store.Read(UserId.From(1UL), PastStores.Name);
        Assert.That(
            () => builder.Append(other), Throws.ArgumentException.With.Message.Contains("version 2").And.Message.Contains("version 1"));
        builder.Append(first);
        using PooledRecordBatch batch = builder.Build();
        Assert.That(batch.Length, Is.EqualTo(2));
        Assert.That(((ListArray)batch.Column("time")).Values.Length, Is.EqualTo(4));
    }

    [Test]
    public void Dispose_ThenUse_ThrowsAndTheMemoryServesTheNextBatch()
    {
        using RandomStore store = new(3);
        ServedBatches.Register(store, 17);
        SequenceBatchBuilder builder = new(new SequenceBatchOptions { States = true });
        PooledRecordBatch first = ServedBatches.Build(store, builder);
        ListArray times = (ListArray)first.Column("time");
        nint before = AddressOf(times.ValueOffsetsBuffer);
        first.Dispose();
        first.Dispose();
        Assert.That(() => times.ValueOffsets.Length, Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("disposed"));
        Assert.That(first.Memory.IsReleased, Is.True);
        using PooledRecordBatch second = ServedBatches.Build(store, builder);
        nint after = AddressOf(((ListArray)second.Column("time")).ValueOffsetsBuffer);
        Assert.That(after, Is.EqualTo(before), "steady work takes no fresh memory");
        Assert.That(before % 64, Is.EqualTo((nint)0), "aligned as Arrow recommends");
    }

    [Test]
    public void Build_NothingAppended_SaysSo() =>
        Assert.That(() => new SequenceBatchBuilder().Build(), Throws.InvalidOperationException.With.Message.Contains("append"));

    [Test]
    public void Build_ColumnNamedAsAKey_IsCalledFieldInTheBatch()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", type => type.Field<int>("time").Field<int>("label")));
        using SignalStore store = TestStores.Open(ImportStore.NewFiles(), schema, new ManualTime(TestStores.Start + 3_600_000));
        store.Definitions.Register(
            SequenceDefinition.Create("feed").OwnedBy("tests").From("view", v => v.Last(5)).Columns("time", "label").Size(5).Build());
        SequenceBatchBuilder builder = new();
        using ServedSequence sequence = store.Read(UserId.From(1UL), "feed");
        builder.Append(sequence);
        Assert.That(builder.Schema.FieldsList.Select(field => field.Name), Does.Contain("field:time").And.Contain("field:label"));
        using PooledRecordBatch batch = builder.Build();
        Assert.That(((UInt8Array)batch.Column("status")).GetValue(0), Is.EqualTo((byte)ServingStatus.UnknownUser));
    }

    private static unsafe nint AddressOf(ArrowBuffer buffer)
    {
        using System.Buffers.MemoryHandle pin = buffer.Memory.Pin();
        return (nint)pin.Pointer;
    }

    private static void RequireMetadata(Schema schema, SequenceDefinition definition)
    {
        Assert.That(schema.Metadata["signals.definition"], Is.EqualTo(definition.Name));
        if (definition.IsPortable)
        {
            Assert.That(UInt128.Parse(schema.Metadata["signals.definition_hash"], System.Globalization.NumberStyles.HexNumber, null),
                Is.EqualTo(definition.ComputeContentHash()));
            Assert.That(SequenceDefinition.Parse(schema.Metadata["signals.definition_json"]), Is.EqualTo(definition));
        }
    }
}
