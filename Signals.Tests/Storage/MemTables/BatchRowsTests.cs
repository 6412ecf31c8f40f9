using Signals.Core.Ingest;
using Signals.Storage.MemTables;

namespace Signals.Tests.Storage.MemTables;

/// <summary>Records are decoded in slices whose size neither the record nor the schema decides.</summary>
[Category("Fast")]
internal sealed class BatchRowsTests
{
    private const int Events = 16_385;

    private static readonly StoreSchema Narrow = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("text")));

    private static readonly StoreSchema Wide = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<int>("n").Text("text").Vector<float>("wide", 16_384).Vector<Half>("half", 16_384)));

    [Test]
    public void Decode_ColumnsThatWereAddedLater_TakeNoRoom()
    {
        EventBatch batch = new(Narrow["e"]);
        for (int i = 0; i < Events; i++)
        {
            batch.Add(UserId.From((ulong)i + 1), i + 1, (ulong)i).Set("n", i);
        }

        BatchRows rows = new(Wide["e"]);
        BatchRecordReader record = Open(batch, Wide["e"]);
        int seen = 0;
        for (int first = 0; first < record.Rows; first += rows.Count)
        {
            rows.Decode(record, first);
            for (int row = 0; row < rows.Count; row++, seen++)
            {
                Assert.That((rows.User(row).Low, rows.Times[row], rows.Ids[row]), Is.EqualTo(((ulong)seen + 1, seen + 1L, (ulong)seen)));
                Assert.That(BitConverter.ToInt32(rows.Values(0).Slice(row * 4, 4)), Is.EqualTo(seen));
            }

            Assert.That(rows.IsMissing(2) && rows.IsMissing(3) && !rows.IsMissing(0));
            Assert.That(rows.States(2).ContainsAnyExcept((byte)ColumnState.Absent), Is.False);
        }

        Assert.That(seen, Is.EqualTo(Events));
        Assert.That(rows.HeldBytes, Is.LessThan(1 << 20));
    }

    [Test]
    public void Decode_OneLongTextForAllRows_IsExpandedSliceBySlice()
    {
        EventBatch batch = new(Narrow["e"]);
        string text = new('t', 100_000);
        for (int i = 0; i < 300; i++)
        {
            batch.Add(UserId.From(1), i + 1, (ulong)i).Set("text", text);
        }

        BatchRows rows = new(Narrow["e"]);
        BatchRecordReader record = Open(batch, Narrow["e"]);
        for (int first = 0; first < record.Rows; first += rows.Count)
        {
            rows.Decode(record, first);
            Assert.That(rows.Variable(1, rows.Count - 1).Length, Is.EqualTo(text.Length));
        }

        Assert.That(rows.HeldBytes, Is.LessThan(4 << 20));
    }

    [Test]
    public void Decode_WideValues_KeepsTheSliceSmall()
    {
        EventBatch batch = new(Wide["e"]);
        for (int i = 0; i < 100; i++)
        {
            float[] vector = new float[16_384];
            vector[5] = i;
            batch.Add(UserId.From(1), i + 1, (ulong)i).SetVector<float>("wide", vector);
        }

        BatchRows rows = new(Wide["e"]);
        BatchRecordReader record = Open(batch, Wide["e"]);
        for (int first = 0; first < record.Rows; first += rows.Count)
        {
            rows.Decode(record, first);
            Assert.That(BitConverter.ToSingle(rows.Values(2).Slice(5 * 4, 4)), Is.EqualTo((float)first));
        }

        Assert.That(rows.HeldBytes, Is.LessThan(4 << 20));
    }

    private static BatchRecordReader Open(EventBatch batch, EventTypeSchema type)
    {
        byte[] record = new byte[BatchRecordWriter.Plan(batch)];
        BatchRecordWriter.Write(batch, record);
        BitConverter.TryWriteBytes(record, record.Length);
        return BatchRecordReader.Open(record, type);
    }
}
