using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Signals.Arrow;
using Signals.Arrow.Interop;
using Signals.Tests.Storage.DefinitionServing;

namespace Signals.Tests.Arrow;

/// <summary>The C data interface: a consumer sees the same memory, and it is let go exactly when the consumer says so.</summary>
[Category("Fast")]
internal sealed unsafe class ArrowExportTests
{
    [TestCase(17UL)]
    [TestCase(4UL)]
    [TestCase(23UL)]
    public void Stream_ReadByAnImporter_HoldsWhatReadsGive(ulong seed)
    {
        using RandomStore store = new(3);
        ServedBatches.Register(store, seed);
        SequenceBatchBuilder builder = new(new SequenceBatchOptions { States = true });
        List<PooledRecordBatch> made = [];
        PooledRecordBatch first = Keep(ServedBatches.Build(store, builder));
        IEnumerable<RecordBatch> Batches()
        {
            yield return first;
            yield return Keep(ServedBatches.Build(store, builder));
        }

        CArrowArrayStream* stream = CArrowArrayStream.Create();
        ArrowExport.Stream(first.Schema, Batches(), (nint)stream);
        using (IArrowArrayStream imported = CArrowArrayStreamImporter.ImportArrayStream(stream))
        {
            for (int i = 0; i < 2; i++)
            {
                using RecordBatch batch = imported.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult();
                ServedBatches.RequireEqual(store, batch, $"definition {seed} batch {i}");
                Assert.That(made[i].Memory.IsReleased, Is.False, "the importer holds it");
            }

            Assert.That(imported.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult(), Is.Null);
        }

        CArrowArrayStream.Free(stream);
        Assert.That(made.Select(batch => batch.Memory.IsReleased), Is.All.True, "nothing leaks");

        PooledRecordBatch Keep(PooledRecordBatch batch)
        {
            made.Add(batch);
            return batch;
        }
    }

    [Test]
    public void Batch_Exported_IsTheSameMemoryUntilTheConsumerReleasesIt()
    {
        using RandomStore store = new(3);
        PooledRecordBatch batch = NewBatch(store);
        nint offsets = AddressOf(((ListArray)batch.Column("time")).ValueOffsetsBuffer);
        int column = batch.Schema.GetFieldIndex("time");
        ArrowArrayStruct array = default;
        ArrowExport.Batch(batch, (nint)(&array), 0);
        Assert.That((nint)array.Children[column]->Buffers[1], Is.EqualTo(offsets), "no copy");
        batch.Dispose();
        Assert.That(batch.Memory.IsReleased, Is.False, "a dispose too many of the owner takes nothing from the consumer");
        Assert.That(((int*)array.Children[column]->Buffers[1])[0], Is.Zero);
        array.Release(&array);
        Assert.That(array.Release is null, Is.True);
        Assert.That(batch.Memory.IsReleased, Is.True);
    }

    [Test]
    public void Batch_ChildMovedOut_KeepsTheMemoryUntilItIsReleasedToo()
    {
        using RandomStore store = new(3);
        PooledRecordBatch batch = NewBatch(store);
        int column = batch.Schema.GetFieldIndex("time");
        ArrowArrayStruct array = default;
        ArrowExport.Batch(batch, (nint)(&array), 0);
        ArrowArrayStruct moved = *array.Children[column];
        array.Children[column]->Release = null; // as the interface says how a child is moved
        array.Release(&array);
        Assert.That(batch.Memory.IsReleased, Is.False, "the child lives");
        Assert.That(moved.Length, Is.EqualTo(RandomStore.Users + 1));
        Assert.That(((int*)moved.Buffers[1])[0], Is.Zero);
        moved.Release(&moved);
        Assert.That(batch.Memory.IsReleased, Is.True);
    }

    [Test]
    public void Batch_AlreadyDisposed_IsRefusedAndNothingIsExported()
    {
        using RandomStore store = new(3);
        PooledRecordBatch batch = NewBatch(store);
        batch.Dispose();
        ArrowArrayStruct array = default;
        ArrowArrayStruct* address = &array;
        Assert.That(() => ArrowExport.Batch(batch, (nint)address, 0), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(array.Release is null, Is.True);
        Assert.That(() => ArrowExport.Batch(batch, 0, 0), Throws.ArgumentNullException);
    }

    [Test]
    public void Batch_OfAnotherMaker_IsPinnedAndDisposedWithTheLastRelease()
    {
        Int32Array numbers = new Int32Array.Builder().Append(7).AppendNull().Append(9).Build();
        RecordBatch batch = new RecordBatch.Builder().Append("n", nullable: true, numbers).Build();
        ArrowArrayStruct array = default;
        ArrowExport.Batch(batch, (nint)(&array), 0);
        GC.Collect();
        Assert.That(((int*)array.Children[0]->Buffers[1])[2], Is.EqualTo(9));
        Assert.That(array.Children[0]->NullCount, Is.EqualTo(1));
        array.Release(&array);
    }

    [Test]
    public void Stream_SourceFails_GivesItsMessageAndIsClosedOnce()
    {
        int closed = 0;
        IEnumerable<RecordBatch> Broken()
        {
            try
            {
                yield return Throw();
            }
            finally
            {
                closed++;
            }
        }

        using RandomStore store = new(3);
        using PooledRecordBatch batch = NewBatch(store);
        ArrowStreamStruct stream = default;
        ArrowExport.Stream(batch.Schema, Broken(), (nint)(&stream));
        ArrowArrayStruct array = default;
        Assert.That(stream.GetNext(&stream, &array), Is.Not.Zero);
        Assert.That(Marshal.PtrToStringUTF8((nint)stream.GetLastError(&stream)), Is.EqualTo("the disk is gone"));
        Assert.That(stream.GetNext(&stream, &array), Is.Not.Zero, "it is not the end of the stream");
        Assert.That(Marshal.PtrToStringUTF8((nint)stream.GetLastError(&stream)), Is.EqualTo("the disk is gone"));
        Assert.That(array.Release is null, Is.True);
        stream.Release(&stream);
        Assert.That(closed, Is.EqualTo(1));
        Assert.That(stream.Release is null, Is.True);

        static RecordBatch Throw() => throw new IOException("the disk is gone");
    }

    [Test]
    public void Stream_BatchOfOtherTypes_IsAnErrorAndNothingLeaks()
    {
        using RandomStore store = new(3);
        PooledRecordBatch batch = NewBatch(store);
        Schema other = new(
            batch.Schema.FieldsList.Select(field => field.Name == "time"
                ? new Field("time", new ListType(new TimestampType(Apache.Arrow.Types.TimeUnit.Second, "UTC")), nullable: false)
                : field),
            metadata: null);
        ArrowStreamStruct stream = default;
        ArrowExport.Stream(other, [batch], (nint)(&stream));
        ArrowArrayStruct array = default;
        Assert.That(stream.GetNext(&stream, &array), Is.Not.Zero);
        Assert.That(Marshal.PtrToStringUTF8((nint)stream.GetLastError(&stream)), Does.Contain("'time'"));
        Assert.That(array.Release is null, Is.True);
        Assert.That(batch.Memory.IsReleased, Is.True);
        stream.Release(&stream);
    }

    [Test]
    public void Batch_OfViews_IsRefusedAndStaysTheCallers()
    {
        StringViewArray views = new StringViewArray.Builder().Append("a text that is longer than a view").Build();
        using RecordBatch batch = new RecordBatch.Builder().Append("text", nullable: false, views).Build();
        ArrowArrayStruct array = default;
        CArrowSchema schema = default;
        (nint Array, nint Schema) places = ((nint)(&array), (nint)(&schema));
        Assert.That(() => ArrowExport.Batch(batch, places.Array, places.Schema), Throws.TypeOf<NotSupportedException>());
        Assert.That(array.Release is null, Is.True);
        Assert.That(new ReadOnlySpan<byte>(&schema, sizeof(CArrowSchema)).ContainsAnyExcept((byte)0), Is.False, "nor the schema");
        Assert.That(views.GetString(0), Does.StartWith("a text"));
    }

    [Test]
    public void Batch_WithItsSchema_IsReadByAnImporter()
    {
        RecordBatch batch = new RecordBatch.Builder().Append("n", nullable: false, new Int32Array.Builder().Append(7).Build()).Build();
        CArrowArray* array = CArrowArray.Create();
        CArrowSchema* schema = CArrowSchema.Create();
        ArrowExport.Batch(batch, (nint)array, (nint)schema);
        using (RecordBatch imported = CArrowArrayImporter.ImportRecordBatch(array, CArrowSchemaImporter.ImportSchema(schema)))
        {
            Assert.That(((Int32Array)imported.Column("n")).GetValue(0), Is.EqualTo(7));
        }

        CArrowArray.Free(array);
        CArrowSchema.Free(schema);
    }

    [Test]
    public void Stream_NeverReadAndReleased_ClosesItsSource()
    {
        using RandomStore store = new(3);
        using PooledRecordBatch batch = NewBatch(store);
        ArrowStreamStruct stream = default;
        ArrowExport.Stream(batch.Schema, [], (nint)(&stream));
        CArrowSchema schema = default;
        Assert.That(stream.GetSchema(&stream, &schema), Is.Zero);
        Schema imported = CArrowSchemaImporter.ImportSchema(&schema);
        Assert.That(imported.Metadata["signals.definition"], Is.EqualTo("random"));
        Assert.That(imported.FieldsList.Select(field => field.Name), Is.EqualTo(batch.Schema.FieldsList.Select(field => field.Name)));
        stream.Release(&stream);
    }

    [Test]
    public void Batch_LayoutOfTheStructs_IsThatOfTheInterface()
    {
        Assert.That(sizeof(ArrowArrayStruct), Is.EqualTo(sizeof(CArrowArray)).And.EqualTo(80));
        Assert.That(sizeof(ArrowStreamStruct), Is.EqualTo(sizeof(CArrowArrayStream)).And.EqualTo(40));
        Assert.That(Unsafe.SizeOf<nint>(), Is.EqualTo(8));
    }

    private static PooledRecordBatch NewBatch(RandomStore store)
    {
        ServedBatches.Register(store, 17);
        return ServedBatches.Build(store, new SequenceBatchBuilder());
    }

    private static nint AddressOf(ArrowBuffer buffer)
    {
        using System.Buffers.MemoryHandle pin = buffer.Memory.Pin();
        return (nint)pin.Pointer;
    }
}
