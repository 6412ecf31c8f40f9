using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>Pins how docs/formats/table.md stores stamps: a change of these bytes is a new format version.</summary>
[Category("Fast")]
internal sealed class TableStampGoldenTests
{
    private const string Golden = """
        5349475441424c4501000000030000000700000000000000000000007cdcade7040201006268e5cf8b010000020100bd2f72
        ed040201000000000000000000000102340463d204030100000000000a001e2217b18a380402040000000000000000000200
        0200000000000100000080c907150402040000000000000000000000000001000100010001008974ce0a0402040001000000
        000000000100020001000200000000009a1c57e306000000010000001400010001000000010000000c000000020200000000
        0000000000000c0000000202000005000000000000000c0000000202000003000000000000000c000000020200006468e5cf
        8b0100000c000000020200006268e5cf8b010000010000000800000003000000130000001300000010000000000000001c00
        00001c0000001c000000000000000700000000000000000002000100000003000000000000000068e5cf8b0100006268e5cf
        8b0100006468e5cf8b010000020000000000000001000003040000006468e5cf8b01000001000100d6cf2876200000000000
        00008a0000000000000002000100c6977d3eaa0000000000000010000000000000000300010077dc4a20ba00000000000000
        5400000000000000040001001870cb130e010000000000002c000000000000003a01000000000000a8000000030000000100
        0000c14cb0995349475441424c45
        """;

    private static byte[] GoldenBytes => Convert.FromHexString(string.Concat(Golden.Where(char.IsAsciiHexDigit)));

    [Test]
    public void Write_GoldenRows_GivesTheGoldenBytes() =>
        Assert.That(Convert.ToHexString(Sample().Files[TableSample.Path]), Is.EqualTo(Convert.ToHexString(GoldenBytes)));

    [Test]
    public void Read_GoldenBytes_GivesTheGoldenStamps()
    {
        TableSample sample = Sample();
        sample.Files[TableSample.Path] = GoldenBytes;
        using Table table = sample.Open(verify: true);
        sample.AssertSame(table);
        Block block = table.GetBlock(0, [0, 1], StampParts.Existence | StampParts.Cells);
        ulong[] stamps = new ulong[3];
        block.CopyCellStamps(0, 0, stamps);

        Assert.That(All(block.InsertedOf), Is.EqualTo(new[] { Stamp.Create(2, 1), Stamp.None, Stamp.Streamed }.Select(s => s.Value)));
        Assert.That(All(block.RetractedOf), Is.EqualTo(new[] { Stamp.None, Stamp.Create(1, 0), Stamp.Create(1, 0) }.Select(s => s.Value)));
        Assert.That(stamps, Is.EqualTo(new[] { Stamp.Create(2, 1), Stamp.Create(2, 1), Stamp.Streamed }.Select(s => s.Value)));
        Assert.That(
            (sample.Meta.Traits, sample.Meta.Stamp),
            Is.EqualTo((RowTraits.Retracted | RowTraits.NeverInserted, Stamp.Create(2, 1))));
    }

    private static ulong[] All(Func<int, ulong> stampOf) => [stampOf(0), stampOf(1), stampOf(2)];

    // Inserted, retracted alone, and both; a column whose cells differ in their stamps, and one whose cells do not.
    private static TableSample Sample()
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => t.Field<int>("a").Text("b")),
            Users = [],
            Defaults = new RowDefaults(RunKind.Events, Stamp.Create(2, 1), StampParts.Existence | StampParts.Cells),
        };
        RowBuffer rows = sample.Users[UserId.From(5)] = sample.NewRows();
        for (int i = 0; i < 3; i++)
        {
            rows.AppendKey(TableSample.WindowStart + 100 - i, (ulong)i);
        }

        rows.Stamps.AppendExistence(Stamp.Create(2, 1), Stamp.None);
        rows.Stamps.AppendExistence(Stamp.None, Stamp.Create(1, 0));
        rows.Stamps.AppendExistence(Stamp.Streamed, Stamp.Create(1, 0));
        rows.Columns[0].Append(10);
        rows.Columns[0].AppendMissing(ColumnState.Absent);
        rows.Columns[0].Append(30);
        rows.FillAbsent();
        rows.Stamps.Cells(0)[2] = Stamp.Streamed.Value;
        return sample.Write();
    }
}
