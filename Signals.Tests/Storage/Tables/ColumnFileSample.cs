using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>A table with a column file beside it, and the cells and stamps that the file was written from.</summary>
internal sealed class ColumnFileSample
{
    public const string Path = "000009.col";
    public const ulong Number = 9;

    private readonly Dictionary<(int Block, int Column), (ColumnBuffer Cells, ColumnBuffer Stamps)> _written = [];

    public required TableSample Table { get; init; }

    public ColumnFileMeta Meta { get; set; } = null!;

    public MemoryFileSystem Files => Table.Files;

    public ColumnFileBase Base { get; private set; }

    /// <summary>A small table of several blocks, and a file that replaces some columns in some of them.</summary>
    public static ColumnFileSample Small(bool compress = true)
    {
        TableSample table = new()
        {
            Schema = TableSample.Define(t => t.Field<int>("a").Text("b").EnrichmentVector<sbyte>("v", 64).Enrichment<float>("never")),
            Users = [],
        };
        for (ulong user = 1; user <= 6; user++)
        {
            table.Users[UserId.From(user)] = TableSample.RandomRows(table.NewRows(), new Random((int)user), 5);
        }

        table.Write(new TableOptions { BlockBytes = 400, WideBytes = 600 });
        ColumnFileSample sample = new() { Table = table };
        sample.Write(new Random(4), compress);
        return sample;
    }

    /// <summary>Replaces every second block's columns 0 to 2, but for every third pair.</summary>
    public void Write(Random random, bool compress = true, ulong number = Number)
    {
        using Table table = Table.Open();
        Base = new ColumnFileBase(Table.Meta.Number, Table.Meta.FileChecksum, (int)Table.Meta.Rows, table.BlockCount);
        ushort[] columns = [0, 1, 2, 3];
        ColumnType[] types = [.. Table.Schema.Columns.Select(column => column.Type)];
        using ColumnFileWriter writer = new(Files, Path, number, Base, columns, types, new TableOptions { Compress = compress });
        _written.Clear();
        for (int block = 0; block < table.BlockCount; block += 2)
        {
            int rows = table.GetBlock(block, []).Rows;
            writer.BeginBlock(block, rows);
            for (int column = 0; column < 3; column++)
            {
                if ((block + column) % 3 != 1)
                {
                    (ColumnBuffer Cells, ColumnBuffer Stamps) made = Random(random, types[column], rows);
                    writer.Replace(column, made.Cells, made.Stamps);
                    _written.Add((block, column), made);
                }
            }
        }

        Meta = writer.Finish();
    }

    public ColumnFile Open(ColumnFileBase? of = null)
    {
        using Table table = Table.Open();
        return ColumnFile.Open(Files, Path, Meta, Table.Schema, of ?? Base, table.Index);
    }

    /// <summary>Reads every chunk and compares it with what was written.</summary>
    public void AssertSame(ColumnFile file)
    {
        Assert.That(file.Index.Columns, Is.EqualTo(new ushort[] { 0, 1, 2 }), "a column that no block replaced is not there");
        for (int block = 0; block < Base.Blocks; block++)
        {
            for (int column = 0; column < 4; column++)
            {
                int position = file.Index.PositionOf(column);
                bool holds = position >= 0 && file.Index.Holds(block, position);
                Assert.That(holds, Is.EqualTo(_written.ContainsKey((block, column))), $"block {block}, column {column}");
                if (holds)
                {
                    AssertSame(file, block, position, _written[(block, column)]);
                }
            }
        }
    }

    private static void AssertSame(ColumnFile file, int block, int position, (ColumnBuffer Cells, ColumnBuffer Stamps) written)
    {
        bool[] wanted = new bool[file.Index.Chunks];
        wanted[2 * position] = wanted[2 * position + 1] = true;
        ChunkSlice[] chunks = new ChunkSlice[wanted.Length];
        IoCount io = default;
        file.Read(block, wanted, chunks, null, ref io);
        Assert.That(io.Reads, Is.EqualTo(1), "cells and stamps lie side by side");
        AssertSame(written.Cells, chunks[2 * position]);
        AssertSame(written.Stamps, chunks[2 * position + 1]);
    }

    private static void AssertSame(ColumnBuffer written, in ChunkSlice read)
    {
        ColumnBuffer copy = new(written.Type);
        ColumnChunk.Open(written.Type, read.Bytes, written.Count).AppendTo(copy, 0, written.Count);
        for (int row = 0; row < written.Count; row++)
        {
            Assert.That(written.CompareRow(row, copy, row), Is.Zero, $"row {row}");
        }
    }

    private static (ColumnBuffer Cells, ColumnBuffer Stamps) Random(Random random, ColumnType type, int rows)
    {
        ColumnBuffer cells = new(type);
        ColumnBuffer stamps = new(ColumnType.Scalar<ulong>());
        bool uniform = random.Next(2) == 0;
        for (int row = 0; row < rows; row++)
        {
            stamps.Append(uniform ? 65537UL : 1 + (ulong)random.Next(3));
            if (row > 0 && random.Next(4) == 0)
            {
                cells.AppendMissing((ColumnState)random.Next(2));
            }
            else if (type.IsVariable)
            {
                cells.AppendText(new string((char)('a' + random.Next(3)), random.Next(200)));
            }
            else
            {
                random.NextBytes(cells.AppendFixedRows(1));
            }
        }

        return (cells, stamps);
    }
}
