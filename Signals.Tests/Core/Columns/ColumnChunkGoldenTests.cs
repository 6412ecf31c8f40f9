using Signals.Core.Columns;

namespace Signals.Tests.Core.Columns;

/// <summary>The exact bytes of docs/formats/column-chunk.md. Files outlive code: a change here is a new format version.</summary>
[Category("Fast")]
[TestFixture]
internal sealed class ColumnChunkGoldenTests
{
    [Test]
    public void Write_FrameOfReference_IsBaseThenOffsets() =>
        AssertBytes(Column<int>(-5, -4, 250), "04 02 01 00 | FBFFFFFF | 00 01 FF");

    [Test]
    public void Write_Packed_IsBaseThenBits() => AssertBytes(
        Column(1000L, 1001L, 1002L, 1003L, 1004L, 1005L, 1006L, 1007L, 1000L, 1001L, 1002L, 1003L, 1004L, 1005L, 1006L, 1007L),
        "07 02 03 00 | E803000000000000 | 88C6FA88C6FA | 00000000000000",
        ChunkGoal.Size);

    [Test]
    public void Write_Floats_PacksTheirBits() => AssertBytes(
        Column(1.0f, 1.25f, 1.5f, 1.75f, 1.0f, 1.0f, 1.5f, 1.0f, 1.25f, 1.75f, 1.0f, 1.5f, 1.0f, 1.0f, 1.0f, 1.125f),
        "07 02 17 00 | 0000803F | 00000000001000001000000C00000000000000000100000000200000300000000000080000000000000000000020 | "
            + "00000000000000",
        ChunkGoal.Size);

    [Test]
    public void Write_Constant_IsOneValue() => AssertBytes(Column<ushort>(258, 258, 258, 258, 258), "02 02 00 00 | 0201");

    [Test]
    public void Write_Raw_IsTheValues() => AssertBytes(Column(1.0f, 2.0f), "03 02 00 00 | 0000803F 00000040");

    [Test]
    public void Write_States_AreTwoBitsPerRowAtTheEnd()
    {
        ColumnBuffer column = Column<byte>(7, 8);
        column.AppendMissing(ColumnState.Null);
        column.AppendMissing(ColumnState.Absent);
        column.Append<byte>(9);
        AssertBytes(column, "03 03 00 00 | 07 08 00 00 09 | 1A 02");
    }

    [Test]
    public void Write_AllNull_IsAHeader()
    {
        var column = new ColumnBuffer(ColumnType.Text);
        column.AppendMissing(ColumnState.Null, 3);
        AssertBytes(column, "01 01 00 00");
    }

    [Test]
    public void Write_Text_IsEndsThenBytes() => AssertBytes(Texts("ab", "", "é"), "06 02 01 00 | 02 02 04 | 61 62 C3 A9");

    [Test]
    public void Write_TextDictionary_IsCodesThenEntries() => AssertBytes(
        Texts("german", "french", "german", "german", "french", "german", "german", "french"),
        "05 02 01 00 | 00 01 00 00 01 00 00 01 | 0200 | 06000000 0C000000 | 6765726D616E 6672656E6368",
        ChunkGoal.Size);

    [Test]
    public void Write_FixedDictionary_IsCodesThenEntries() => AssertBytes(
        Column(1.5, 2.5, 1.5, 1.5, 1.5, 1.5, 1.5, 2.5),
        "05 02 01 00 | 00 01 00 00 00 00 00 01 | 0200 | 000000000000F83F 0000000000000440",
        ChunkGoal.Size);

    private static void AssertBytes(ColumnBuffer column, string hex, ChunkGoal goal = ChunkGoal.Speed) => Assert.That(
        Convert.ToHexString(ColumnChunkTests.Encode(column, 0, column.Count, goal)),
        Is.EqualTo(hex.Replace(" ", string.Empty, StringComparison.Ordinal).Replace("|", string.Empty, StringComparison.Ordinal)));

    private static ColumnBuffer Column<T>(params T[] values)
        where T : unmanaged
    {
        var column = new ColumnBuffer(ColumnType.Scalar<T>());
        foreach (T value in values)
        {
            column.Append(value);
        }

        return column;
    }

    private static ColumnBuffer Texts(params string[] values)
    {
        var column = new ColumnBuffer(ColumnType.Text);
        foreach (string value in values)
        {
            column.AppendText(value);
        }

        return column;
    }
}
