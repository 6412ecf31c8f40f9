using MessagePack;
using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>What the writer of a table refuses, what it says of the file, and where it cuts blocks.</summary>
internal sealed class TableWriterTests
{
    [Test]
    public void Dispose_WithoutFinish_DeletesTheFile()
    {
        TableSample sample = TableSample.Random(1, 3, 10);
        using (TableWriter writer = new(sample.Files, TableSample.Path, 1, sample.Schema, 0, new TableOptions()))
        {
            Assert.That(sample.Files.FileExists(TableSample.Path), Is.True);
        }

        Assert.That(sample.Files.FileExists(TableSample.Path), Is.False);
    }

    [Test]
    public void Add_UserNotGreaterThanTheLast_Throws()
    {
        TableSample sample = TableSample.Random(1, 3, 10);
        RowBuffer rows = sample.Users.Values.First();
        using TableWriter writer = new(sample.Files, TableSample.Path, 1, sample.Schema, 0, new TableOptions());
        writer.Add(new UserId(1, 0), rows, 0, 1);
        Assert.That(() => writer.Add(new UserId(1, 0), rows, 0, 1), Throws.InvalidOperationException);
        Assert.That(() => writer.Add(new UserId(0, 5), rows, 0, 1), Throws.InvalidOperationException);
    }

    [Test]
    public void Finish_WithoutRows_Throws()
    {
        TableSample sample = TableSample.Random(1, 3, 10);
        using TableWriter writer = new(sample.Files, TableSample.Path, 1, sample.Schema, 0, new TableOptions());
        Assert.That(() => writer.Finish(), Throws.InvalidOperationException);
    }

    [Test]
    public void Finish_Always_DescribesTheFile()
    {
        TableSample sample = TableSample.Random(5, 20, 50).Write();
        TableMeta meta = sample.Meta;
        Assert.That(meta.FileLength, Is.EqualTo(sample.Files[TableSample.Path].Length));
        Assert.That(meta.Rows, Is.EqualTo(sample.Users.Values.Sum(rows => rows.Count)));
        Assert.That(meta.Users, Is.EqualTo(sample.Users.Count));
        Assert.That(meta.MaxTime, Is.EqualTo(sample.Users.Values.Max(rows => rows.Times[0])));
        Assert.That(meta.MinTime, Is.EqualTo(sample.Users.Values.Min(rows => rows.Times[^1])));
        Assert.That((meta.Number, meta.WindowStart), Is.EqualTo((TableSample.Number, TableSample.WindowStart)));
    }

    [Test]
    public void Meta_WrittenAndRead_IsEqualAndSkipsLaterFields()
    {
        TableMeta meta = TableSample.Random(5, 20, 50).Write().Meta;
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        MessagePackWriter writer = new(buffer);
        meta.Write(ref writer);
        writer.Flush();
        byte[] bytes = buffer.WrittenSpan.ToArray();
        bytes[2]++; // the count of an array of more than 15
        MessagePackReader reader = new((byte[])[.. bytes, 42, 43]);
        Assert.That(TableMeta.Read(ref reader), Is.EqualTo(meta));
        Assert.That(reader.ReadInt32(), Is.EqualTo(43));
    }

    [Test]
    public void Add_RowsLargerThanABlock_StayReadable()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Bytes("blob")), Users = [] };
        RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
        byte[] blob = new byte[3 << 20];
        for (int i = 0; i < 12; i++)
        {
            rows.AppendKey(100 - i, 1);
            blob.AsSpan().Fill((byte)i);
            rows.Columns[0].AppendBytes(blob);
        }

        using Table table = sample.Write().Open(verify: true);
        Assert.That(table.BlockCount, Is.EqualTo(3), "five blobs of 3 MiB fit below 16 MiB");
        sample.AssertSame(table);
    }

    /// <summary>However large blocks may be, none has more rows than a reader takes.</summary>
    [Test]
    public void Add_MoreRowsThanABlockMayHave_AreCutAndReadBack()
    {
        TableSample sample = new() { Schema = TableSample.Define(type => type.Field<bool>("b")), Users = [] };
        RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
        for (int i = 0; i <= TableFormat.MaxBlockRows; i++)
        {
            rows.AppendKey(TableSample.WindowStart, (ulong)i);
        }

        rows.FillAbsent();
        using Table table = sample.Write(new TableOptions { BlockBytes = 64 << 20 }).Open(verify: true);
        Assert.That(table.GetBlock(0, []).Rows, Is.EqualTo(TableFormat.MaxBlockRows));
        Assert.That(sample.ReadUser(table, UserId.From(1))!.Count, Is.EqualTo(TableFormat.MaxBlockRows + 1));
    }

    /// <summary>A row of more compressible text than a block may unpack is written, as it is where it has to be, and read back.</summary>
    [Test]
    public void Add_RowLargerThanABlockMayUnpack_IsReadBack()
    {
        TableSample sample = new() { Schema = TableSample.Define(type => type.Text("a").Text("b")), Users = [] };
        RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
        rows.AppendKey(TableSample.WindowStart, 1);
        rows.Columns[0].AppendBytes(new byte[20 << 20]);
        rows.Columns[1].AppendBytes(new byte[20 << 20]);
        using Table table = sample.Write().Open(verify: true);
        Assert.That(sample.Files[TableSample.Path], Has.Length.InRange(20 << 20, 21 << 20), "one of the two is compressed");
        Assert.That(sample.ReadUser(table, UserId.From(1))!.Columns[1].GetValue(0).Length, Is.EqualTo(20 << 20));
    }
}
