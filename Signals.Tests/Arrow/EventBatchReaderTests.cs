using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow;
using Signals.Scanning;
using Signals.Tests.Storage.DefinitionServing;

namespace Signals.Tests.Arrow;

/// <summary>Events of scans as record batches.</summary>
[Category("Fast")]
internal sealed class EventBatchReaderTests
{
    [Test]
    public void ReadAll_RandomSchemas_HoldsWhatTheScanGives()
    {
        int rows = 0;
        for (ulong seed = 1; seed <= 4; seed++)
        {
            using RandomStore store = new(seed);
            foreach (string type in RandomStore.Types)
            {
                ScanOptions options = new() { BatchRows = 37 };
                using EventScan expected = store.Store.Scan(type, options);
                using EventScan scan = store.Store.Scan(type, options);
                EventBatchReader reader = new(scan, withStates: true);
                foreach (PooledRecordBatch batch in reader.ReadAll())
                {
                    using (batch)
                    using (RecordBatch read = ServedBatches.ThroughStream(batch))
                    {
                        Assert.That(expected.TryNext(out ScanBatch events), Is.True);
                        Check(batch, events, expected, $"seed {seed} {type}");
                        Check(read, events, expected, $"seed {seed} {type} through a stream");
                        rows += events.Count;
                    }
                }

                Assert.That(expected.TryNext(out _), Is.False);
                Assert.That(reader.Schema.Metadata["signals.event_type"], Is.EqualTo(type));
            }
        }

        Assert.That(rows, Is.GreaterThan(600));
    }

    private static void Check(RecordBatch batch, in ScanBatch events, EventScan scan, string what)
    {
        Assert.That(batch.Length, Is.EqualTo(events.Count), what);
        Assert.That(KeysOf(batch, "time").SequenceEqual(MemoryMarshal.AsBytes(events.Times)), Is.True, what);
        Assert.That(KeysOf(batch, "id").SequenceEqual(MemoryMarshal.AsBytes(events.Ids)), Is.True, what);
        for (int row = 0; row < events.Count; row++)
        {
            Assert.That(((StringArray)batch.Column("user")).GetString(row), Is.EqualTo(events.Users[row].ToString()), what);
        }

        for (int ordinal = 0; ordinal < scan.Columns.Count; ordinal++)
        {
            CheckColumn(batch, events, scan.Columns[ordinal], ordinal, $"{what} {scan.Columns[ordinal].Name}");
        }
    }

    private static ReadOnlySpan<byte> KeysOf(RecordBatch batch, string column) =>
        batch.Column(column).Data.Buffers[1].Span[..(sizeof(long) * batch.Length)];

    private static void CheckColumn(RecordBatch batch, in ScanBatch events, ColumnSchema column, int ordinal, string what)
    {
        IArrowArray values = batch.Column(column.Name);
        UInt8Array states = (UInt8Array)batch.Column(column.Name + ":state");
        for (int row = 0; row < events.Count; row++)
        {
            ColumnState state = events.States(ordinal)[row];
            Assert.That(values.IsValid(row), Is.EqualTo(state == ColumnState.Value), $"{what}[{row}]");
            Assert.That((ColumnState)states.GetValue(row)!.Value, Is.EqualTo(state), $"{what}[{row}]");
            if (column.Type.IsVariable)
            {
                Assert.That(((BinaryArray)values).GetBytes(row).SequenceEqual(events.Bytes(ordinal, row)), Is.True, $"{what}[{row}]");
            }
            else if (column.Type.Kind == ColumnKind.Boolean && state == ColumnState.Value)
            {
                Assert.That(((BooleanArray)values).GetValue(row), Is.EqualTo(events.Field<bool>(ordinal)[row]), $"{what}[{row}]");
            }
        }

        if (!column.Type.IsVariable && column.Type.Kind != ColumnKind.Boolean)
        {
            ArrayData data = values.Data.DataType is FixedSizeListType ? values.Data.Children[0] : values.Data;
            ReadOnlySpan<byte> expected = events.FixedBytes(ordinal);
            Assert.That(data.Buffers[1].Span[..expected.Length].SequenceEqual(expected), Is.True, what);
        }
    }
}
