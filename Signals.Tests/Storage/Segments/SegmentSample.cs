using System.Runtime.InteropServices;
using System.Text;
using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>Random rows for segments, what a segment of them must hold, and the calls that write them.</summary>
internal static class SegmentSample
{
    public const string Path = "/offline/day.seg";

    /// <summary>2026-03-01, UTC: a border of windows of a day.</summary>
    public const long Start = 1_772_323_200_000;

    public const long Hour = 3_600_000;

    public static EventTypeSchema Type { get; } = StoreSchema.Define(schema => schema.EventType("view", Define))["view"];

    public static SegmentOptions Options { get; } = new()
    {
        Generation = 20_260_301,
        SourceRank = 7,
        Source = "daily-fix",
        CorrectedDays = new DayRange(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 3)),
    };

    public static void Define(EventTypeBuilder type) => type
        .Field<float>("score").Text("country").Field<long>("price").Field<bool>("organic").EnrichmentVector<Half>("embedding", 40)
        .EnrichmentBytes("blob").EnrichmentVector<sbyte>("tiny", 4).Field<ushort>("never").Window(TimeSpan.FromDays(1));

    /// <summary>Rows of a few users over three windows, many of them of the same events.</summary>
    /// <param name="random">The source.</param>
    /// <param name="count">Rows.</param>
    /// <param name="marks">What rows may be.</param>
    public static List<SegmentRow> Rows(Random random, int count, params RowMarks[] marks)
    {
        List<SegmentRow> rows = [];
        for (int i = 0; i < count; i++)
        {
            UserId user = new((ulong)random.Next(2) * ulong.MaxValue, (ulong)random.Next(1, 2 + (count / 20)));
            long time = Start + random.Next(3) * 24 * Hour + random.Next(1 + count / 20) * (24 * Hour / (1 + count / 20));
            SortedDictionary<string, SegmentCell> cells = new(StringComparer.Ordinal);
            RowMarks mark = marks[random.Next(marks.Length)];
            foreach (ColumnSchema column in Type.Columns.Where(
                column => column.Name != "never" && !mark.HasFlag(RowMarks.Retract) && random.Next(3) > 0))
            {
                cells[column.Name] = random.Next(6) == 0
                    ? new SegmentCell(ColumnState.Null, [])
                    : new SegmentCell(ColumnState.Value, Value(random, column.Type));
            }

            rows.Add(new SegmentRow(user, time, (ulong)random.Next(2), mark, cells));
        }

        return rows;
    }

    /// <summary>What a segment of these rows holds, by the rules of merging: one row for each event.</summary>
    public static SortedDictionary<(UserId User, long Time, ulong Id), SegmentRow> Merge(IEnumerable<SegmentRow> rows)
    {
        SortedDictionary<(UserId User, long Time, ulong Id), SegmentRow> merged = [];
        foreach (SegmentRow row in rows)
        {
            if (!merged.TryGetValue(row.Identity, out SegmentRow? held))
            {
                merged[row.Identity] = row with { Cells = new(row.Cells, StringComparer.Ordinal) };
                continue;
            }

            merged[row.Identity] = held with { Marks = held.Marks | row.Marks };
            foreach ((string column, SegmentCell cell) in row.Cells)
            {
                held.Cells[column] = held.Cells.TryGetValue(column, out SegmentCell other) && other.CompareTo(cell) > 0 ? other : cell;
            }
        }

        foreach (SegmentRow row in merged.Values.Where(row => row.Marks.HasFlag(RowMarks.Retract)))
        {
            row.Cells.Clear();
        }

        return merged;
    }

    /// <summary>Writes a segment of rows.</summary>
    public static SegmentInfo Write(
        IFileSystem files, IEnumerable<SegmentRow> rows, SegmentOptions? options = null, EventTypeSchema? type = null, string path = Path)
    {
        using SegmentWriter writer = SegmentWriter.Create(files, path, type ?? Type, options ?? Options);
        foreach (SegmentRow row in rows)
        {
            Add(writer, type ?? Type, row);
        }

        return writer.Finish();
    }

    public static void Add(SegmentWriter writer, EventTypeSchema type, SegmentRow row)
    {
        if (row.Marks == RowMarks.Retract)
        {
            writer.Retract(row.User, row.Time, row.Id);
            return;
        }

        EventRow target = row.Marks == RowMarks.Insert
            ? writer.Insert(row.User, row.Time, row.Id)
            : writer.Correct(row.User, row.Time, row.Id);
        Set(target, type, row);
    }

    /// <summary>Sets the cells of a row.</summary>
    public static void Set(EventRow target, EventTypeSchema type, SegmentRow row)
    {
        foreach ((string name, SegmentCell cell) in row.Cells)
        {
            Set(target, type.Columns[type.IndexOf(name)], cell);
        }
    }

    private static void Set(EventRow row, ColumnSchema column, SegmentCell cell)
    {
        ReadOnlySpan<byte> value = cell.Value;
        _ = cell.State == ColumnState.Null ? row.SetNull(column.Name) : column.Type.Kind switch
        {
            ColumnKind.Float32 => row.Set(column.Name, MemoryMarshal.Read<float>(value)),
            ColumnKind.Int64 => row.Set(column.Name, MemoryMarshal.Read<long>(value)),
            ColumnKind.Boolean => row.Set(column.Name, value[0] != 0),
            ColumnKind.VectorFloat16 => row.SetVector(column.Name, MemoryMarshal.Cast<byte, Half>(value)),
            ColumnKind.VectorInt8 => row.SetVector(column.Name, MemoryMarshal.Cast<byte, sbyte>(value)),
            _ => row.SetBytes(column.Name, value),
        };
    }

    private static byte[] Value(Random random, ColumnType type)
    {
        byte[] value = type.Kind == ColumnKind.Text
            ? Encoding.UTF8.GetBytes(random.Next(4) == 0 ? "" : $"country {random.Next(5)}")
            : new byte[type.IsVariable ? random.Next(40) : type.Width];
        if (type.Kind == ColumnKind.Boolean)
        {
            value[0] = (byte)random.Next(2);
        }
        else if (type.Kind != ColumnKind.Text)
        {
            random.NextBytes(value);
        }

        return value;
    }
}
