using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>
/// Who goes through a table reads many blocks at once, each byte once, and asks the system for what follows. Who jumps reads the blocks
/// alone.
/// </summary>
[Category("Fast")]
internal sealed class BlockPassTests
{
    private static readonly TableOptions SmallBlocks = new() { BlockBytes = 3000, Compress = false };

    [Test]
    public void Cursor_ManySmallBlocks_ReadsEachByteOnceInLargePieces()
    {
        TableSample sample = Numbers(users: 3000).Write(SmallBlocks);
        using Table table = sample.Open();
        TableSection blocks = table.Footer.Section(TableFormat.BlocksSection);
        sample.Files.Reads.Clear();
        sample.AssertSameByCursor(table);

        long from = blocks.Offset;
        foreach ((long offset, int length) in sample.Files.Reads)
        {
            Assert.That(offset, Is.EqualTo(from), "without gaps, and none twice");
            from += length;
        }

        Assert.That(from, Is.EqualTo(blocks.Offset + blocks.Length));
        Assert.That(table.BlockCount, Is.GreaterThan(400));
        Assert.That(sample.Files.Reads, Has.Count.InRange(8, (blocks.Length / (BlockPass.ReadBytes / 2)) + 2));
    }

    [Test]
    public void Cursor_ManySmallBlocks_AsksForBytesBeforeItReadsThem()
    {
        TableSample sample = Numbers(users: 8000).Write(SmallBlocks);
        using Table table = sample.Open();
        TableSection blocks = table.Footer.Section(TableFormat.BlocksSection);
        sample.Files.Reads.Clear();
        sample.Files.Asked.Clear();
        sample.AssertSameByCursor(table);

        long asked = sample.Files.Asked[0].Offset;
        foreach ((long offset, long length, int reads) in sample.Files.Asked)
        {
            Assert.That(offset, Is.EqualTo(asked), "each byte once");
            Assert.That(length, Is.Positive);
            Assert.That(sample.Files.Reads[reads].Offset, Is.LessThan(offset), "before it is read");
            asked += length;
        }

        Assert.That(asked, Is.EqualTo(blocks.Offset + blocks.Length), "and nothing behind the blocks");
        Assert.That(sample.Files.Asked[0].Offset, Is.LessThan(blocks.Offset + (2 * BlockPass.ReadBytes)));
        Assert.That(blocks.Length, Is.GreaterThan(1 << 20));
    }

    [Test]
    public void Scan_EveryTenthBlock_ReadsThoseAlone()
    {
        TableSample sample = Numbers(users: 1000).Write(SmallBlocks);
        using Table table = sample.Open();
        BlockScan scan = table.CreateScan();
        sample.Files.Reads.Clear();
        sample.Files.Asked.Clear();
        for (int block = 5; block < table.BlockCount; block += 10)
        {
            scan.Load(block, keys: true, [0, 1], StampParts.None);
            BlockPlace place = table.Index.Place(block);
            Assert.That(sample.Files.Reads[^1], Is.EqualTo((place.Offset, place.Length)));
        }

        Assert.That(sample.Files.Asked, Is.Empty);
    }

    [TestCase(16, true, TestName = "Scan_ColumnsThatAreATenthOfTheBytes_ReadsThemAloneAndAsksAhead")]
    [TestCase(500, false, TestName = "Scan_ColumnsThatAreAHundredthOfTheBytes_ReadsThemAloneAndAsksForNoOthers")]
    public void Scan_ColumnsThatAreFewOfTheBytes_ReadsThemAlone(int width, bool asksAhead)
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a").Vector<float>("v", width)), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 3000);
        using Table table = sample.Write(new TableOptions { BlockBytes = 12_000, Compress = false }).Open();
        sample.Files.Asked.Clear();
        BlockScan scan = table.CreateScan();
        sample.Files.Reads.Clear();
        for (int block = 0; block < table.BlockCount; block++)
        {
            scan.Load(block, keys: true, [0], StampParts.None);
        }

        Assert.That(sample.Files.Reads.Sum(read => read.Length), Is.LessThan(3000 * width * sizeof(float) / 2));
        Assert.That(sample.Files.Asked.Count > 0, Is.EqualTo(asksAhead));
    }

    [Test]
    public void Scan_RestOfABlockIsLessThanAPage_ReadsManyBlocksAtOnce()
    {
        TableSample sample = Numbers(users: 3000).Write(SmallBlocks);
        using Table table = sample.Open();
        BlockScan scan = table.CreateScan();
        sample.Files.Reads.Clear();
        for (int block = 0; block < table.BlockCount; block++)
        {
            scan.Load(block, keys: false, [0], StampParts.None);
        }

        Assert.That(sample.Files.Reads, Has.Count.LessThan(table.BlockCount / 4));
    }

    /// <summary>A pass reads further than it has to; what cannot be read there must not keep it from what it can give.</summary>
    [Test]
    public void Cursor_DeviceFailsBehindABlock_GivesTheBlock([Values(3, 40, 41)] int damaged)
    {
        TableSample sample = Numbers(users: 1000).Write(SmallBlocks);
        using Table table = sample.Open();
        sample.Files.UnreadableFrom = table.Index.Place(damaged).Offset;
        RowBuffer rows = sample.NewRows();
        TableCursor cursor = table.CreateCursor();
        cursor.AppendTo(rows, 0, table.Index.FirstRow(damaged));
        Assert.That(rows.Count, Is.EqualTo(table.Index.FirstRow(damaged)));
        Assert.That(() => cursor.AppendTo(rows, rows.Count, 1), Throws.TypeOf<FileOperationException>());

        sample.Files.UnreadableFrom = long.MaxValue;
        cursor.AppendTo(rows, rows.Count, 1);
        Assert.That(rows.Ids[^1], Is.EqualTo(sample.Users.Values.SelectMany(user => user.Ids.ToArray()).ElementAt(rows.Count - 1)));
    }

    /// <summary>Cells of a widened column are marked where they are decoded; the bytes that were read must stay as they are.</summary>
    [Test]
    public void Scan_BlockOfAWidenedColumnIsLoadedAgain_IsNotTakenForDamaged()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("n")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 400);
        sample.Write(SmallBlocks);
        EventTypeSchema wider = TableSample.Define(t => t.Field<long>("n").WidenedFrom(ColumnType.Scalar<int>()));
        using Table table = Table.Open(sample.Files, TableSample.Path, sample.Meta, wider, new BlockCache(0));
        BlockScan scan = table.CreateScan();
        for (int time = 0; time < 2; time++)
        {
            for (int block = 0; block < 2; block++)
            {
                scan.Load(block, keys: true, [0], StampParts.None);
                Block loaded = scan.Load(block, keys: true, [0], StampParts.None);
                byte written = sample.Users[UserId.From(1)].Columns[0].States[(int)loaded.FirstRow];
                Assert.That(loaded.Column(0).GetState(0), Is.EqualTo((ColumnState)written));
            }
        }
    }

    private static TableSample Numbers(int users)
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<long>("a").Field<double>("b")), Users = [] };
        Random random = new(7);
        for (int user = 0; user < users; user++)
        {
            sample.Users[UserId.From((ulong)user)] = TableSample.RandomRows(sample.NewRows(), random, random.Next(1, 30));
        }

        return sample;
    }
}
