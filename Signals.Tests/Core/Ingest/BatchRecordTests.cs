using System.Buffers.Binary;
using CsCheck;
using Signals.Core.Columns;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

[Category("Fast")]
[TestFixture]
internal sealed class BatchRecordTests
{
    private static readonly EventTypeSchema View = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<float>("dwell").Field<int>("action").Field<bool>("liked")
        .Text("country").Vector<Half>("item", 4).Enrichment<long>("price")))["view"];

    [Test]
    public void Write_AnyBatch_ReadsBack() => Gen.Select(Gen.Int[1, 200], Gen.Int).Sample((rows, seed) =>
    {
        EventBatch batch = Random(rows, new Random(seed));
        byte[] bytes = Encode(batch);
        BatchRecordReader record = BatchRecordReader.Open(bytes, View);
        record.Validate();
        Assert.That((record.Rows, record.ColumnCount), Is.EqualTo((rows, View.Columns.Count)));
        var high = new ulong[rows];
        var low = new ulong[rows];
        var times = new long[rows];
        var ids = new ulong[rows];
        record.CopyUsers(high, low);
        record.CopyTimes(times);
        record.CopyIds(ids);
        Assert.That(high, Is.EqualTo(batch.UsersHigh.ToArray()));
        Assert.That(low, Is.EqualTo(batch.UsersLow.ToArray()));
        Assert.That(times, Is.EqualTo(batch.Rows.Times.ToArray()));
        Assert.That(ids, Is.EqualTo(batch.Rows.Ids.ToArray()));
        for (int i = 0; i < View.Columns.Count; i++)
        {
            var column = new ColumnBuffer(View.Columns[i].Type);
            record.Column(i).AppendTo(column, 0, rows);
            Assert.That(column.States.SequenceEqual(batch.Rows.Columns[i].States), Is.True, View.Columns[i].Name);
            Assert.That(column.Values.SequenceEqual(batch.Rows.Columns[i].Values), Is.True, View.Columns[i].Name);
        }
    });

    [Test]
    public void Write_TwoEvents_IsTheseBytes()
    {
        EventTypeSchema type = StoreSchema.Define(s => s
            .EventType("other", t => t.Field<int>("a")).EventType("click", t => t.Field<int>("a").Text("b").Field<float>("c")))["click"];
        var batch = new EventBatch(type);
        batch.Add(new UserId(1, 2), 1000, 7).Set("a", 5).Set("b", "x");
        batch.Add(new UserId(1, 3), 1001, 9).Set("a", 6);
        string expected = """
            00000000 02 01 0100
            02000000 0300 0000
            0C000000 1A000000 28000000 36000000 40000000 48000000 48000000
            02020000 0100000000000000
            04020100 0200000000000000 00 01
            04020100 E803000000000000 00 01
            04020100 0700000000000000 00 02
            04020100 05000000 00 01
            06030100 01 01 78 02
            00000000
            """;
        string hex = Convert.ToHexString(Encode(batch, publish: false));
        Assert.That(hex, Is.EqualTo(Hex(expected)));
    }

    [Test]
    public void Write_WidenedColumn_IsTheseBytes()
    {
        EventTypeSchema type = Click(t => t.Field<long>("a").WidenedFrom(ColumnType.Scalar<int>()).Field<float>("b"));
        var batch = new EventBatch(type);
        batch.Add(new UserId(1, 2), 1000, 7).Set("a", 5L).Set("b", 0.5f);
        string expected = """
            00000000 02 02 0000
            01000000 0200 0000
            0C000000 18000000 24000000 30000000 3C000000 44000000
            02020000 0100000000000000
            02020000 0200000000000000
            02020000 E803000000000000
            02020000 0700000000000000
            02020008 0500000000000000
            02020000 0000003F
            00000000
            """;
        Assert.That(Convert.ToHexString(Encode(batch, publish: false)), Is.EqualTo(Hex(expected)));
    }

    [Test]
    public void Column_RecordsOfEachType_AreReadAsTheWidest()
    {
        EventTypeSchema first = Click(t => t.Field<short>("a").Text("b"));
        EventTypeSchema second = Click(t => t.Field<int>("a").WidenedFrom(ColumnType.Scalar<short>()).Text("b"));
        EventTypeSchema third = Click(t => t.Field<double>("a").WidenedFrom(ColumnType.Scalar<short>()).Text("b"));
        foreach ((EventTypeSchema written, double value) in new[] { (first, -7.0), (second, 70_000), (third, 0.25) })
        {
            var batch = new EventBatch(written);
            EventRow row = batch.Add(UserId.From(1), 2, 3);
            _ = written == first ? row.Set("a", (short)value) : written == second ? row.Set("a", (int)value) : row.Set("a", value);
            batch.Add(UserId.From(2), 2, 3).SetNull("a");
            batch.Add(UserId.From(3), 2, 3).Set("b", "x");
            BatchRecordReader record = BatchRecordReader.Open(Encode(batch), third);
            record.Validate();
            var column = new ColumnBuffer(ColumnType.Scalar<double>());
            record.Column(0).AppendTo(column, 0, 3);
            Assert.That(BitConverter.ToDouble(column.GetValue(0)), Is.EqualTo(value));
            Assert.That(
                Enumerable.Range(0, 3).Select(column.GetState), Is.EqualTo([ColumnState.Value, ColumnState.Null, ColumnState.Absent]));
        }
    }

    [Test]
    public void Validate_KindThatTheColumnNeverHad_IsRefused()
    {
        EventTypeSchema type = Click(t => t.Field<long>("a").WidenedFrom(ColumnType.Scalar<int>()));
        var batch = new EventBatch(type);
        batch.Add(UserId.From(1), 2, 3).Set("a", 5L);
        byte[] bytes = Encode(batch);
        int mark = Array.LastIndexOf(bytes, (byte)ColumnKind.Int64);
        for (int kind = 0; kind < 256; kind++)
        {
            bytes[mark] = (byte)kind;
            Assert.That(
                () => BatchRecordReader.Open(bytes, type).Validate(),
                kind == (int)ColumnKind.Int64 ? Throws.Nothing : Throws.TypeOf<InvalidDataException>(), $"kind {kind}");
        }

        bytes[mark] = (byte)ColumnKind.Int64;
        bytes[RecordFormat.VersionOffset] = BatchRecordFormat.Version;
        Assert.That(() => BatchRecordReader.Open(bytes, type).Validate(), Throws.TypeOf<InvalidDataException>(), "version 1 says nothing");
        EventTypeSchema never = Click(t => t.Field<long>("a"));
        bytes[RecordFormat.VersionOffset] = BatchRecordFormat.WidenedVersion;
        Assert.That(() => BatchRecordReader.Open(bytes, never).Validate(), Throws.TypeOf<InvalidDataException>(), "never widened");
    }

    private static EventTypeSchema Click(Action<EventTypeBuilder> define) =>
        StoreSchema.Define(s => s.EventType("click", define))["click"];

    [Test]
    public void Open_UnderASchemaThatGrew_ReadsNewColumnsAsAbsent()
    {
        EventTypeSchema older = StoreSchema.Define(s => s.EventType("view", t => t.Field<float>("dwell")))["view"];
        var batch = new EventBatch(older);
        batch.Add(UserId.From(1), 2, 3).Set("dwell", 4f);
        BatchRecordReader record = BatchRecordReader.Open(Encode(batch), View);
        record.Validate();
        Assert.That(record.Column(0).GetState(0), Is.EqualTo(ColumnState.Value));
        Assert.That(record.Column(5).GetState(0), Is.EqualTo(ColumnState.Absent));
    }

    [Test]
    public void Open_EveryTruncation_IsRefused()
    {
        byte[] bytes = Encode(Random(20, new Random(1)));
        for (int length = 0; length < bytes.Length; length += RecordFormat.Alignment)
        {
            byte[] cut = bytes[..length];
            Assert.That(() => ReadAll(cut), Throws.TypeOf<InvalidDataException>(), $"length {length}");
        }
    }

    [Test]
    public void Open_EveryFlippedBit_IsRefusedOrReads()
    {
        byte[] bytes = Encode(Random(20, new Random(2)));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            try
            {
                ReadAll(bytes);
            }
            catch (InvalidDataException)
            {
                // Refused, as it may be.
            }

            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
    }

    [Test]
    public void Open_RowsBeyondTheLimit_IsRefusedBeforeAnythingIsRead()
    {
        byte[] bytes = Encode(Random(20, new Random(3)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(BatchRecordFormat.RowsOffset), BatchRecordFormat.MaxRows + 1);
        Assert.That(() => ReadAll(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("row count"));
    }

    [Test]
    public void PlanAndWrite_ReusedBatch_AllocatesNothing()
    {
        EventBatch batch = Random(256, new Random(4));
        var bytes = new byte[BatchRecordWriter.Plan(batch)];
        BatchRecordWriter.Write(batch, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        BatchRecordWriter.Plan(batch);
        BatchRecordWriter.Write(batch, bytes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void EraseRecord_Write_IsTheseBytesAndReadsBack()
    {
        var bytes = new byte[EraseRecord.Length];
        EraseRecord.Write(bytes, new UserId(1, 2), -3);
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(Hex("00000000 03 01 0000 0100000000000000 0200000000000000 FDFFFFFFFFFFFFFF")));
        Assert.That(EraseRecord.Read(bytes), Is.EqualTo((new UserId(1, 2), -3L)));
        Assert.That(() => EraseRecord.Read(bytes.AsSpan(0, 24)), Throws.TypeOf<InvalidDataException>());
        bytes[RecordFormat.VersionOffset] = 2;
        Assert.That(() => EraseRecord.Read(bytes), Throws.TypeOf<InvalidDataException>());
    }

    private static void ReadAll(byte[] bytes)
    {
        BatchRecordReader.Open(bytes, View).Validate();
        BatchRecordReader record = BatchRecordReader.Open(bytes, View);
        var numbers = new ulong[record.Rows];
        record.CopyUsers(numbers, numbers);
        record.CopyTimes(new long[record.Rows]);
        record.CopyIds(numbers);
        for (int i = 0; i < View.Columns.Count; i++)
        {
            record.Column(i).AppendTo(new ColumnBuffer(View.Columns[i].Type), 0, record.Rows);
        }
    }

    private static byte[] Encode(EventBatch batch, bool publish = true)
    {
        int length = BatchRecordWriter.Plan(batch);
        Assert.That(length % RecordFormat.Alignment, Is.Zero);
        var bytes = new byte[length];
        BatchRecordWriter.Write(batch, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, publish ? length : 0);
        return bytes;
    }

    private static EventBatch Random(int rows, Random random)
    {
        var batch = new EventBatch(View, 1);
        Half[] vector = [Half.One, Half.NaN, Half.MinValue, Half.Epsilon];
        for (int i = 0; i < rows; i++)
        {
            EventRow row = batch.Add(new UserId(0, (ulong)random.Next(1, 50)), random.NextInt64(1L << 41), (ulong)random.NextInt64());
            if (random.Next(2) == 0)
            {
                row.Set("dwell", random.NextSingle()).Set("liked", random.Next(2) == 0);
            }

            if (random.Next(4) > 0)
            {
                row.Set("action", random.Next(9)).Set("country", random.Next(2) == 0 ? "de" : "pt");
                row.SetVector<Half>("item", vector);
            }
            else
            {
                row.SetNull("action");
            }
        }

        return batch;
    }

    private static string Hex(string spaced) => string.Concat(spaced.Where(char.IsAsciiHexDigit));
}
