using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>Pins version 1 of docs/formats/column-file.md: a change of these bytes is a new format version.</summary>
[Category("Fast")]
internal sealed class ColumnFileGoldenTests
{
    private const string Golden = """
        534947434f4c554d01000000000000000900000000000000000000000c9f9471030200000000000000000000000000000000
        0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        0101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101
        0101010101010101010101010101020202020202020202020202020202020202020202020202020202020202020202020202
        0202020202020202020202020202020202020202020202020202020203030303030303030303030303030303030303030303
        0303030303030303030303030303030303030303030303030303030303030303030303030303030303033993356c02020000
        01000100000000009dd9124aa0010000df06030200c800c800cb0093016e0100b44f6f6c64770100b05077777777a653933e
        050402040001000000000000000000020000000100000000000000020016c8f7ab1e01010040000000140002000100000001
        00000002000000010000000400000008010000100000002700004020000000090000000000000007000000000000004c5e47
        35080000000200000001000000020000000300000000000000000000000100010044f49cb520000000000000005f01000000
        00000002000100a9801c197f01000000000000100000000000000004000100b46fd3f68f0100000000000020000000000000
        00af01000000000000780000000000000001000000e06aa98a534947434f4c554d
        """;

    private const uint GoldenChecksum = 0x8AA96AE0;

    private static readonly EventTypeSchema Schema = TableSample.Define(t => t.Field<int>("a").Vector<sbyte>("v", 64).Text("b"));

    private static byte[] GoldenBytes => Convert.FromHexString(string.Concat(Golden.Where(char.IsAsciiHexDigit)));

    [Test]
    public void Write_GoldenCells_GivesTheGoldenBytes()
    {
        TableSample table = Rows();
        ColumnFileMeta meta = Write(table);
        Assert.That(Convert.ToHexString(table.Files["000009.col"]), Is.EqualTo(Convert.ToHexString(GoldenBytes)));
        Assert.That(meta.FileChecksum, Is.EqualTo(GoldenChecksum));
    }

    [Test]
    public void Read_GoldenBytes_GivesTheGoldenCells()
    {
        TableSample table = Rows();
        table.Meta = table.Meta with { ColumnFiles = [Write(table)] };
        table.Files["000009.col"] = GoldenBytes;
        using Table joined = Table.Open(
            table.Files, TableSample.Path, table.Meta, Schema, new BlockCache(1 << 20), verify: true, _ => "000009.col");
        Block block = joined.GetBlock(1, [0, 1, 2], StampParts.Cells);
        ulong[] stamps = new ulong[4];
        block.CopyCellStamps(2, 0, stamps);
        Assert.That(stamps, Is.EqualTo(new ulong[] { 131073, 65537, 1, 131073 }));
        Assert.That(block.Column(2).GetState(1), Is.EqualTo(ColumnState.Null));
        Assert.That(block.Column(1).GetState(3), Is.EqualTo(ColumnState.Value));
        Assert.That(block.HasColumn(0), Is.True, "from the table");
    }

    // Two blocks of four rows; of the second, the vectors and the texts are replaced.
    private static TableSample Rows()
    {
        TableSample sample = new() { Schema = Schema, Users = [] };
        for (ulong user = 0; user < 2; user++)
        {
            RowBuffer rows = sample.NewRows();
            for (int i = 0; i < 4; i++)
            {
                rows.AppendKey(TableSample.WindowStart + 1000 - 10 * i, 100 * user + (ulong)i);
                rows.Columns[0].Append(7 * i);
                rows.Columns[1].AppendMissing(ColumnState.Absent);
                rows.Columns[2].AppendText("old");
            }

            sample.Users[new UserId(0, user)] = rows;
        }

        return sample.Write(new TableOptions { WideBytes = 256 });
    }

    private static ColumnFileMeta Write(TableSample sample)
    {
        using Table table = sample.Open();
        Assert.That(table.BlockCount, Is.EqualTo(2));
        ushort[] columns = [0, 1, 2];
        using ColumnFileWriter writer = new(
            sample.Files, "000009.col", 9, table.AsBase, columns, [.. Schema.Columns.Select(column => column.Type)], new TableOptions());
        writer.BeginBlock(1, 4);
        writer.Replace(1, Vectors(), Stamps(65537, 65537, 65537, 65537));
        writer.Replace(2, Texts(), Stamps(131073, 65537, 1, 131073));
        return writer.Finish();
    }

    private static ColumnBuffer Vectors()
    {
        ColumnBuffer cells = new(Schema.Columns[1].Type);
        for (int i = 0; i < 4; i++)
        {
            cells.AppendFixedRows(1).Fill((byte)i);
        }

        return cells;
    }

    private static ColumnBuffer Texts()
    {
        ColumnBuffer cells = new(ColumnType.Text);
        cells.AppendText(new string('n', 200));
        cells.AppendMissing(ColumnState.Null);
        cells.AppendText("old");
        cells.AppendText(new string('w', 200));
        return cells;
    }

    private static ColumnBuffer Stamps(params ReadOnlySpan<ulong> stamps)
    {
        ColumnBuffer column = new(ColumnType.Scalar<ulong>());
        foreach (ulong stamp in stamps)
        {
            column.Append(stamp);
        }

        return column;
    }
}
