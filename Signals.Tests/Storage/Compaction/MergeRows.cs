using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Small random rows that collide often: few times, few ids, few values, every column state.</summary>
internal static class MergeRows
{
    public static EventTypeSchema Schema(int keepLast = int.MaxValue, int columns = 3) =>
        StoreSchema.Define(s => s.EventType("view", t =>
        {
            t.Field<int>("action");
            if (columns > 1)
            {
                t.Text("country").Vector<float>("item", 2);
            }

            t.KeepLast(keepLast);
        }))["view"];

    public static RowBuffer Buffer(EventTypeSchema type) => new([.. type.Columns.Select(column => column.Type)]);

    /// <summary>Rows as a run may hold them that some merge of segments made.</summary>
    public static RowBuffer RandomStamped(EventTypeSchema type, Random random, int count, StampParts parts)
    {
        RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], RandomStamp(random), parts);
        Fill(rows, random, count, times: 12, ids: 3);
        for (int row = 0; row < count && rows.Stamps.HasExistence; row++)
        {
            rows.Stamps.Inserted[row] = random.Next(3) == 0 ? 0 : RandomStamp(random).Value;
            rows.Stamps.Retracted[row] = random.Next(2) == 0 ? 0 : RandomStamp(random).Value;
        }

        for (int column = 0; column < rows.Columns.Length && rows.Stamps.HasCells; column++)
        {
            for (int row = 0; row < count; row++)
            {
                bool absent = rows.Columns[column].GetState(row) == ColumnState.Absent;
                rows.Stamps.Cells(column)[row] = absent ? rows.Stamps.DefaultStamp.Value : RandomStamp(random).Value;
            }
        }

        return rows;
    }

    public static Stamp RandomStamp(Random random) =>
        random.Next(3) == 0 ? Stamp.Streamed : Stamp.Create(random.Next(1, 4), random.Next(2));

    public static RowBuffer Random(EventTypeSchema type, Random random, int count, int times = 12, int ids = 3)
    {
        RowBuffer rows = Buffer(type);
        Fill(rows, random, count, times, ids);
        return rows;
    }

    private static void Fill(RowBuffer rows, Random random, int count, int times, int ids)
    {
        for (int i = 0; i < count; i++)
        {
            rows.AppendKey(random.Next(times), (ulong)random.Next(ids));
            foreach (ColumnBuffer column in rows.Columns)
            {
                AppendCell(column, random);
            }
        }

        rows.FillAbsent();
    }

    /// <summary>Rows of any order as a table holds them: as many runs of one row, merged.</summary>
    public static RowBuffer Sorted(EventTypeSchema type, RowBuffer rows)
    {
        RowBuffer sorted = new([.. type.Columns.Select(column => column.Type)], rows.Stamps.DefaultStamp, rows.Stamps.Parts);
        if (rows.Count > 0)
        {
            new RowMerger().Merge(rows, [.. Enumerable.Range(1, rows.Count)], sorted);
        }

        return sorted;
    }

    private static void AppendCell(ColumnBuffer column, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                column.AppendMissing(ColumnState.Absent);
                break;
            case 1:
                column.AppendMissing(ColumnState.Null);
                break;
            default:
                byte[] value = new byte[column.Type.IsVariable ? random.Next(4) : column.Type.Width];
                value.AsSpan(0, Math.Min(value.Length, 2)).Fill((byte)random.Next(3));
                if (column.Type.IsVariable)
                {
                    column.AppendBytes(value);
                }
                else
                {
                    column.AppendFixed(value);
                }

                break;
        }
    }
}
