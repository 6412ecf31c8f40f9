using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>A run is a table and its column files: what reads, cursors and the verifier see of both.</summary>
[Category("Fast")]
internal sealed class TableColumnFileTests
{
    private static readonly EventTypeSchema Before = TableSample.Define(t => t.Field<int>("a").Text("b").EnrichmentVector<sbyte>("v", 64));
    private static readonly EventTypeSchema After =
        TableSample.Define(t => t.Field<int>("a").Text("b").EnrichmentVector<sbyte>("v", 64).Enrichment<long>("later"));

    private MemoryFileSystem _files = null!;
    private readonly SortedDictionary<UserId, RowBuffer> _users = [];
    private TableMeta _meta = null!;

    [SetUp]
    public void WriteTable()
    {
        _users.Clear();
        _files = new MemoryFileSystem();
        using TableWriter writer = new(
            _files, Path(7), 7, Before, TableSample.WindowStart, new TableOptions { BlockBytes = 500, WideBytes = 800 });
        for (ulong user = 1; user <= 20; user++)
        {
            RowBuffer rows = TableSample.RandomRows(Rows(), new Random((int)user), 1 + (int)user);
            writer.Add(UserId.From(user), rows, 0, rows.Count);
            _users[UserId.From(user)] = rows;
        }

        _meta = writer.Finish();
    }

    [Test]
    public void Read_SeveralColumnFiles_TheNewestThatHoldsAColumnHoldsIt([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        Dictionary<(int Row, int Column), (ColumnBuffer Cells, ulong Stamp)> model = [];
        for (ulong number = 10; number < 14; number++)
        {
            Replace(number, random, model);
        }

        using Table table = Open(verify: true);
        int row = 0;
        TableCursor cursor = table.CreateCursor();
        RowBuffer scanned = new([.. After.Columns.Select(column => column.Type)], table.Defaults.Stamp, table.Defaults.Parts);
        foreach ((UserId user, RowBuffer rows) in _users)
        {
            Assert.That(cursor.MoveNext(), Is.True);
            scanned.Clear();
            cursor.AppendTo(scanned);
            Assert.That(table.TryFind(user, out UserRows found), Is.True);
            for (int i = 0; i < rows.Count; i++, row++)
            {
                Assert.That(found.FirstRow + i, Is.EqualTo(row));
                AssertRow(table, row, model, rows, i, scanned);
            }
        }
    }

    [Test]
    public void GetBlock_ColumnsThatNoFileReplaces_CostNoReadOfIt()
    {
        Random random = new(1);
        using ColumnFileWriter writer = Writer(10, [2]);
        using (Table table = Open())
        {
            int rows = table.GetBlock(0, []).Rows;
            writer.BeginBlock(0, rows);
            (ColumnBuffer cells, ColumnBuffer stamps) = Made(random, 2, rows);
            writer.Replace(0, cells, stamps);
        }

        _meta = _meta with { ColumnFiles = [writer.Finish()] };
        using Table joined = Open();
        _files.Reads.Clear();
        int first = joined.GetBlock(0, [0, 1]).Rows;
        Assert.That(_files.Reads, Has.Count.EqualTo(1), "keys and narrow columns lie side by side in the table");
        _files.Reads.Clear();
        joined.GetBlock(0, [2]);
        Assert.That(_files.Reads, Has.Count.EqualTo(1), "the vectors come from the column file alone");
        Assert.That(_files.Reads[0].Length, Is.InRange(first * 64, first * 64 + 16));
        _files.Reads.Clear();
        joined.GetBlock(0, [0, 1, 2, 3]);
        Assert.That(_files.Reads, Is.Empty, "everything is in memory, and the newer column is known to be absent");
        joined.GetBlock(0, [2], StampParts.Cells);
        Assert.That(_files.Reads, Has.Count.EqualTo(1), "stamps are read when they are asked for");
    }

    [Test]
    public void GetBlock_WithColumnFiles_TheCacheCountsThem()
    {
        Random random = new(2);
        Dictionary<(int Row, int Column), (ColumnBuffer Cells, ulong Stamp)> model = [];
        int block = Replace(10, random, model)[0];
        BlockCache cache = new(1 << 20);
        using Table table = Open(cache: cache);
        table.GetBlock(block, []);
        long before = cache.GetStats().ResidentBytes;
        table.GetBlock(block, [0, 1, 2, 3]);
        long grown = cache.GetStats().ResidentBytes - before;
        table.Dispose();
        Assert.That(grown, Is.GreaterThan(0));
        Assert.That(cache.GetStats().ResidentBytes, Is.Zero, "what was counted is what was held");
    }

    [Test]
    public void GetBlock_WarmWithColumnFiles_AllocatesNothing()
    {
        Replace(10, new Random(3), []);

        using Table table = Open();
        int[] columns = [0, 1, 2, 3];
        long Sum()
        {
            long rows = 0;
            for (int block = 0; block < table.BlockCount; block++)
            {
                rows += table.GetBlock(block, columns).Rows;
            }

            return rows;
        }

        Sum();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long found = Sum();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(found, Is.EqualTo(_meta.Rows));
    }

    [Test]
    public void Open_ColumnFileOfAnotherTable_IsRefusedAndNothingStaysOpen()
    {
        Replace(10, new Random(4), []);

        ColumnFileMeta[] files = [.. _meta.ColumnFiles];
        _files.Delete(Path(7));
        using (TableWriter writer = new(_files, Path(7), 7, Before, TableSample.WindowStart, new TableOptions()))
        {
            writer.Add(UserId.From(1), _users[UserId.From(1)], 0, 1);
            _meta = writer.Finish() with { ColumnFiles = files };
        }

        Assert.That(() => Open(), Throws.TypeOf<CorruptionException>().With.Property("File").EqualTo(Path(10)));
    }

    private static string Path(ulong number) => $"{number:D6}";

    private static RowBuffer Rows() => new([.. Before.Columns.Select(column => column.Type)]);

    private Table Open(bool verify = false, BlockCache? cache = null) =>
        Table.Open(_files, Path(7), _meta, After, cache ?? new BlockCache(64 << 20), verify, columns => Path(columns.Number));

    private ColumnFileWriter Writer(ulong number, ushort[] columns)
    {
        using Table table = Open();
        ColumnType[] types = [.. columns.Select(column => After.Columns[column].Type)];
        return new ColumnFileWriter(_files, Path(number), number, table.AsBase, columns, types, new TableOptions());
    }

    /// <summary>Replaces random columns of random blocks, adds the file to the run and the cells to the model; gives the blocks.</summary>
    private List<int> Replace(ulong number, Random random, Dictionary<(int Row, int Column), (ColumnBuffer Cells, ulong Stamp)> model)
    {
        using ColumnFileWriter writer = Writer(number, [0, 1, 2, 3]);
        using Table table = Open();
        List<int> blocks = [];
        for (int block = random.Next(3); block < table.BlockCount; block += 1 + random.Next(3))
        {
            Block keys = table.GetBlock(block, []);
            writer.BeginBlock(block, keys.Rows);
            int only = random.Next(4);
            for (int column = 0; column < 4; column++)
            {
                if (column == only || random.Next(2) == 0)
                {
                    (ColumnBuffer cells, ColumnBuffer stamps) = Made(random, column, keys.Rows);
                    writer.Replace(column, cells, stamps);
                    for (int row = 0; row < keys.Rows; row++)
                    {
                        ColumnBuffer one = new(cells.Type);
                        one.AppendRow(cells, row);
                        model[((int)keys.FirstRow + row, column)] = (one, BitConverter.ToUInt64(stamps.GetValue(row)));
                    }
                }
            }

            blocks.Add(block);
        }

        _meta = _meta with { ColumnFiles = [.. _meta.ColumnFiles, writer.Finish()] };
        return blocks;
    }

    private static (ColumnBuffer Cells, ColumnBuffer Stamps) Made(Random random, int column, int rows)
    {
        ColumnBuffer cells = new(After.Columns[column].Type);
        ColumnBuffer stamps = new(ColumnType.Scalar<ulong>());
        for (int row = 0; row < rows; row++)
        {
            stamps.Append(1 + (ulong)random.Next(1, 4) * 65536);
            if (row > 0 && random.Next(4) == 0)
            {
                cells.AppendMissing(ColumnState.Null);
            }
            else if (cells.Type.IsVariable)
            {
                cells.AppendText(new string('x', random.Next(20)));
            }
            else
            {
                random.NextBytes(cells.AppendFixedRows(1));
            }
        }

        return (cells, stamps);
    }

    private static void AssertRow(
        Table table,
        int row,
        Dictionary<(int Row, int Column), (ColumnBuffer Cells, ulong Stamp)> model,
        RowBuffer rows,
        int index,
        RowBuffer scanned)
    {
        Block block = table.GetBlock(table.FindBlock(row), [0, 1, 2, 3], StampParts.Cells);
        int at = (int)(row - block.FirstRow);
        for (int column = 0; column < 4; column++)
        {
            ColumnBuffer read = new(After.Columns[column].Type);
            if (block.HasColumn(column))
            {
                block.Column(column).AppendTo(read, at, 1);
            }
            else
            {
                read.AppendMissing(ColumnState.Absent);
            }

            bool isReplaced = model.TryGetValue((row, column), out (ColumnBuffer Cells, ulong Stamp) replaced);
            ColumnBuffer expected = isReplaced ? replaced.Cells : new ColumnBuffer(read.Type);
            if (!isReplaced && column < rows.Columns.Length)
            {
                expected.AppendRow(rows.Columns[column], index);
            }
            else if (!isReplaced)
            {
                expected.AppendMissing(ColumnState.Absent);
            }

            Assert.That(read.CompareRow(0, expected, 0), Is.Zero, $"row {row} column {column} through the cache");
            Assert.That(scanned.Columns[column].CompareRow(index, expected, 0), Is.Zero, $"row {row} column {column} by cursor");
            if (expected.GetState(0) != ColumnState.Absent)
            {
                ulong[] stamp = new ulong[1];
                block.CopyCellStamps(column, at, stamp);
                ulong own = isReplaced ? replaced.Stamp : 1;
                Assert.That((stamp[0], scanned.Stamps.CellOf(column, index)), Is.EqualTo((own, own)), $"row {row} column {column}");
            }
        }
    }
}
