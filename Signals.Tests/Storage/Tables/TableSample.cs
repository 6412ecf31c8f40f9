using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>A table and the rows it was written from, which are the model that answers are compared with.</summary>
internal sealed class TableSample
{
    public const string Path = "000007.tbl";
    public const ulong Number = 7;
    public const long WindowStart = 1_700_000_000_000;

    public required EventTypeSchema Schema { get; init; }

    public required SortedDictionary<UserId, RowBuffer> Users { get; init; }

    public RowDefaults Defaults { get; init; } = RowDefaults.Streamed;

    public MemoryFileSystem Files { get; } = new();

    public TableMeta Meta { get; set; } = null!;

    public int[] AllColumns => [.. Enumerable.Range(0, Schema.Columns.Count)];

    public static EventTypeSchema Define(Action<EventTypeBuilder> define) =>
        StoreSchema.Define(schema => schema.EventType("view", define))["view"];

    /// <summary>Every kind of column, users of 1 to a few hundred rows, every state.</summary>
    public static TableSample Random(int seed, int users, int maxRows)
    {
        Random random = new(seed);
        EventTypeSchema schema = Define(type => DefineRandom(type, random));
        TableSample sample = new() { Schema = schema, Users = [] };
        for (int i = 0; i < users; i++)
        {
            UserId user = new(random.Next(3) == 0 ? (ulong)random.NextInt64() : 0, (ulong)random.NextInt64(1000));
            sample.Users[user] = RandomRows(sample.NewRows(), random, 1 + random.Next(random.Next(1, maxRows + 1)));
        }

        return sample;
    }

    public RowBuffer NewRows() => new([.. Schema.Columns.Select(column => column.Type)], Defaults.Stamp, Defaults.Parts);

    public TableSample Write(TableOptions? options = null, ulong number = Number)
    {
        using TableWriter writer = new(Files, Path, number, Schema, WindowStart, options ?? new TableOptions(), Defaults);
        foreach ((UserId user, RowBuffer rows) in Users)
        {
            writer.Add(user, rows, 0, rows.Count);
        }

        Meta = writer.Finish();
        return this;
    }

    public Table Open(BlockCache? cache = null, bool verify = false) =>
        Table.Open(Files, Path, Meta, Schema, cache ?? new BlockCache(64 << 20), verify);

    /// <summary>The rows of a user by way of the cache.</summary>
    public RowBuffer? ReadUser(Table table, UserId user)
    {
        if (!table.TryFind(user, out UserRows rows))
        {
            return null;
        }

        RowBuffer result = NewRows();
        for (long row = rows.FirstRow; row < rows.FirstRow + rows.Count;)
        {
            Block block = table.GetBlock(table.FindBlock(row), AllColumns);
            int first = (int)(row - block.FirstRow);
            int count = (int)Math.Min(block.Rows - first, rows.FirstRow + rows.Count - row);
            result.AppendKeys(count, out Span<long> times, out Span<ulong> ids);
            block.Times.CopyLongs(first, count, times);
            block.Ids.CopyULongs(first, count, ids);
            foreach (int column in AllColumns)
            {
                if (block.HasColumn(column))
                {
                    block.Column(column).AppendTo(result.Columns[column], first, count);
                }
                else
                {
                    result.Columns[column].AppendMissing(ColumnState.Absent, count);
                }
            }

            row += count;
        }

        return result;
    }

    /// <summary>Compares every user's rows, read through the cache and by a cursor, with the model.</summary>
    public void AssertSame(Table table)
    {
        TableCursor cursor = table.CreateCursor();
        RowBuffer scanned = NewRows();
        foreach ((UserId user, RowBuffer expected) in Users)
        {
            Assert.That(table.TryFind(user, out UserRows found), Is.True);
            Assert.That((found.Count, found.NewestTime, found.OldestTime),
                Is.EqualTo((expected.Count, expected.Times[0], expected.Times[^1])));
            Assert.That(Same(expected, ReadUser(table, user)!), Is.True, $"user {user} through the cache");
            scanned.Clear();
            Assert.That(cursor.MoveNext(), Is.True);
            cursor.AppendTo(scanned);
            Assert.That((cursor.User, cursor.Count), Is.EqualTo((user, expected.Count)));
            Assert.That(Same(expected, scanned), Is.True, $"user {user} by cursor");
        }

        Assert.That(cursor.MoveNext(), Is.False);
    }

    /// <summary>Compares every user's rows, read by a cursor, with the model.</summary>
    public void AssertSameByCursor(Table table)
    {
        TableCursor cursor = table.CreateCursor();
        RowBuffer scanned = NewRows();
        foreach ((UserId user, RowBuffer expected) in Users)
        {
            scanned.Clear();
            Assert.That(cursor.MoveNext(), Is.True);
            cursor.AppendTo(scanned);
            Assert.That(Same(expected, scanned), Is.True, $"user {user}");
        }
    }

    /// <summary>Reads every row both ways and compares nothing: for damaged tables, where it has to throw.</summary>
    public void ReadEverything(Table table)
    {
        TableCursor cursor = table.CreateCursor();
        RowBuffer rows = NewRows();
        while (cursor.MoveNext())
        {
            cursor.AppendTo(rows);
            rows.Clear();
            ReadUser(table, cursor.User);
        }
    }

    public static bool Same(RowBuffer one, RowBuffer other)
    {
        bool same = one.Times.SequenceEqual(other.Times) && one.Ids.SequenceEqual(other.Ids);
        for (int column = 0; column < one.Columns.Length && same; column++)
        {
            for (int row = 0; row < one.Count && same; row++)
            {
                same = one.Columns[column].CompareRow(row, other.Columns[column], row) == 0;
            }
        }

        return same;
    }

    /// <summary>Gives rows stamps of their own, as far as their buffer keeps them.</summary>
    public static void SetStamps(RowBuffer rows, Random random)
    {
        rows.FillAbsent();
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows.Stamps.HasExistence)
            {
                rows.Stamps.Inserted[row] = (ulong)random.Next(3);
                rows.Stamps.Retracted[row] = (ulong)random.Next(2) * Stamp.Create(random.Next(1, 1000), 0).Value;
            }

            for (int column = 0; column < rows.Columns.Length && rows.Stamps.HasCells; column++)
            {
                rows.Stamps.Cells(column)[row] = Stamp.Create(random.Next(1, 1000), random.Next(3)).Value;
            }
        }
    }

    /// <summary>Rows newest first with every state and size of value.</summary>
    public static RowBuffer RandomRows(RowBuffer rows, Random random, int count)
    {
        long time = WindowStart + random.Next(1, 1 << 30);
        ulong id = (ulong)random.Next(100);
        int missing = random.Next(3) == 0 ? 3 : 0;
        for (int i = 0; i < count; i++)
        {
            rows.AppendKey(time, id);
            foreach (ColumnBuffer column in rows.Columns)
            {
                AppendValue(column, random, missing);
            }

            id += 1 + (ulong)random.Next(3);
            time -= random.Next(4);
        }

        return rows;
    }

    private static void AppendValue(ColumnBuffer column, Random random, int missing)
    {
        if (missing > 0 && random.Next(missing) == 0)
        {
            column.AppendMissing((ColumnState)random.Next(2));
        }
        else if (column.Type.IsVariable)
        {
            Span<byte> value = stackalloc byte[random.Next(10) == 0 ? random.Next(3000) : random.Next(12)];
            value.Fill((byte)('a' + random.Next(4)));
            column.AppendBytes(value);
        }
        else
        {
            Span<byte> value = column.AppendFixedRows(1);
            random.NextBytes(value);
            value[^1] &= 3;
            if (column.Type.Kind is ColumnKind.Boolean)
            {
                value[0] &= 1;
            }
        }
    }

    private static void DefineRandom(EventTypeBuilder type, Random random)
    {
        int columns = random.Next(7);
        for (int i = 0; i < columns; i++)
        {
            string name = $"c{i}";
            _ = random.Next(9) switch
            {
                0 => type.Field<bool>(name),
                1 => type.Field<byte>(name),
                2 => type.Field<int>(name),
                3 => type.Field<long>(name),
                4 => type.Field<double>(name),
                5 => type.Text(name),
                6 => type.Bytes(name),
                7 => type.Vector<Half>(name, random.Next(1, 80)),
                _ => type.EnrichmentVector<sbyte>(name, random.Next(1, 200)),
            };
        }
    }
}
