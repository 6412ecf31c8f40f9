using Apache.Arrow;
using Signals.Arrow;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Arrow;

/// <summary>Tensors that a read writes straight into Arrow's memory.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class TensorBatchReaderTests
{
    private const int Definitions = 110;
    private const int DefinitionsPerStore = 8;

    [Test]
    public void Read_RandomDefinitions_HoldsTheTensorsOfEachSequence()
    {
        UserId[] users = [.. Enumerable.Range(1, RandomStore.Users + 1).Select(user => UserId.From((ulong)user))];
        int definitions = TestScale.Of(Definitions);
        int jagged = 0;
        for (int first = 0; first < definitions; first += DefinitionsPerStore)
        {
            using RandomStore store = new((ulong)first + 1);
            for (int i = first; i < first + DefinitionsPerStore; i++)
            {
                ServedBatches.Register(store, (ulong)i);
                TensorBatchReader reader = new(store.Store, "random");
                using (PooledRecordBatch batch = reader.Read(users))
                {
                    jagged += Check(store, batch, $"definition {i}");
                }

                using PooledRecordBatch fewer = reader.Read(users.AsSpan(0, 3));
                Assert.That(fewer.Length, Is.EqualTo(3));
                Check(store, fewer, $"definition {i} again");
            }
        }

        Assert.That(jagged, Is.Positive);
    }

    [Test]
    public void Create_DefinitionWithoutTensors_IsRefused()
    {
        using RandomStore store = new(1);
        store.Store.Definitions.Register(
            SequenceDefinition.Create("raw").OwnedBy("tests").From("a", a => a.Last(3)).Columns("n").Size(3).Build());
        Assert.That(() => new TensorBatchReader(store.Store, "raw"), Throws.ArgumentException.With.Message.Contains("no tensors"));
        Assert.That(() => new TensorBatchReader(store.Store, "none"), Throws.TypeOf<UnknownDefinitionException>());
    }

    [Test]
    public void Read_DefinitionReplacedOrRetired_IsRefused()
    {
        using RandomStore store = new(1);
        ServedBatches.Register(store, 3);
        TensorBatchReader reader = new(store.Store, "random");
        using (reader.Read([UserId.From(1UL)]))
        {
        }

        ServedBatches.Register(store, 4);
        Assert.That(() => reader.Read([UserId.From(1UL)]), Throws.ArgumentException.With.Message.Contains("another reader"));
        store.Store.Definitions.Remove("random");
        Assert.That(() => reader.Read([UserId.From(1UL)]), Throws.ArgumentException.With.Message.Contains("another reader"));
    }

    [Test]
    public void Read_DefinitionReplacedDuringTheRead_IsRefused()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        SequenceDefinition acting = PastStores.Definition(version: 2) with { Where = Predicate.Filter("acting") };
        store.Definitions.Register(
            acting, new EnrichmentCatalog(new ActingFilter(() => store.Definitions.Register(PastStores.Definition(version: 3)))));
        PastStores.Append(store, 1, 1, 2);
        TensorBatchReader reader = new(store, PastStores.Name);
        Assert.That(() => reader.Read([UserId.From(1UL)]), Throws.ArgumentException.With.Message.Contains("another reader"));
    }

    private static int Check(RandomStore store, RecordBatch batch, string what)
    {
        int jagged = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            using ServedSequence sequence = store.Store.Read(UserId.From((ulong)i + 1), "random");
            Assert.That(((Int32Array)batch.Column("length")).GetValue(i), Is.EqualTo(sequence.Count), what);
            foreach (TensorDescription tensor in sequence.Tensors)
            {
                byte[] expected = ServedCheck.TensorBytes(sequence, tensor);
                byte[] found = BytesOf(batch, tensor, i);
                Assert.That(found.AsSpan().SequenceEqual(expected), Is.True, $"{what} user {i + 1} {tensor}");
                jagged += tensor.Rows == 0 ? 1 : 0;
            }
        }

        return jagged;
    }

    private static byte[] BytesOf(RecordBatch batch, TensorDescription tensor, int row)
    {
        int rowBytes = tensor.Width * ServedCheck.BytesOf(tensor.Type);
        if (tensor.Rows > 0)
        {
            ReadOnlySpan<byte> all = batch.Column("tensor:" + tensor.Name).Data.Children[0].Buffers[1].Span;
            return all.Slice(row * tensor.Rows * rowBytes, tensor.Rows * rowBytes).ToArray();
        }

        (IArrowArray elements, int start, int count) = ServedCheck.ListOf(batch, "tensor:" + tensor.Name, row);
        ReadOnlySpan<byte> rows = count == 0 ? [] : elements.Data.Children[0].Buffers[1].Span;
        return rows.Slice(start * rowBytes * (count == 0 ? 0 : 1), count * rowBytes).ToArray();
    }
}
