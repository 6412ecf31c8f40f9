using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Segments;

/// <summary>Reads all rows of a segment file by way of its parts as tables, after checking it in full.</summary>
internal static class SegmentContent
{
    public static SegmentFile Open(IFileSystem files, string path = SegmentSample.Path) =>
        SegmentFile.Read(files.Open(path, FileOpenMode.Read));

    /// <summary>The rows, part by part.</summary>
    public static List<(SegmentPart Part, List<SegmentRow> Rows)> Read(IFileSystem files, string path = SegmentSample.Path)
    {
        SegmentFile segment = Open(files, path);
        using IFile file = segment.File;
        TableFooter[] footers = SegmentVerifier.Verify(segment, static _ => { });
        EventTypeSchema columns = SegmentVerifier.ColumnsOf(segment.Header);
        BlockCache cache = new(1 << 20);
        List<(SegmentPart, List<SegmentRow>)> parts = [];
        for (int i = 0; i < footers.Length; i++)
        {
            using Table table = Table.Open(files, path, MetaOf(segment, i, footers[i]), columns, cache, verify: true);
            parts.Add((segment.Parts[i], ReadRows(table, columns)));
        }

        return parts;
    }

    private static TableMeta MetaOf(SegmentFile segment, int part, TableFooter footer) => new()
    {
        Number = (ulong)part + 1,
        EventType = 0,
        WindowStart = footer.WindowStart,
        MinTime = footer.MinTime,
        MaxTime = footer.MaxTime,
        Rows = footer.Rows,
        Users = footer.Users,
        FileLength = segment.Parts[part].Length,
        FileChecksum = segment.Parts[part].Checksum,
        Kind = footer.Defaults.Kind,
        Stamp = footer.Defaults.Stamp,
        Traits = footer.Traits,
        NewestInserted = footer.NewestInserted,
        SegmentFile = 1,
        SegmentOffset = segment.Parts[part].Offset,
        PartIdentity = footer.Identity,
        ColumnIds = [.. segment.Header.Columns.Select((_, i) => (ushort)i)],
    };

    private static List<SegmentRow> ReadRows(Table table, EventTypeSchema columns)
    {
        List<SegmentRow> rows = [];
        RowBuffer buffer = new([.. columns.Columns.Select(column => column.Type)], table.Defaults.Stamp, table.Defaults.Parts);
        for (TableCursor cursor = table.CreateCursor(); cursor.MoveNext();)
        {
            buffer.Clear();
            cursor.AppendTo(buffer);
            for (int row = 0; row < buffer.Count; row++)
            {
                rows.Add(new SegmentRow(
                    cursor.User, buffer.Times[row], buffer.Ids[row],
                    MarksOf(table.Defaults, buffer, row), CellsOf(columns, buffer, row)));
            }
        }

        return rows;
    }

    private static RowMarks MarksOf(RowDefaults defaults, RowBuffer buffer, int row)
    {
        if (defaults.Kind == RunKind.Patches)
        {
            return RowMarks.Correct;
        }

        foreach (ulong stamp in (ReadOnlySpan<ulong>)[buffer.Stamps.InsertedOf(row), buffer.Stamps.RetractedOf(row)])
        {
            Assert.That(stamp, Is.Zero.Or.EqualTo(defaults.Stamp.Value));
        }

        return (buffer.Stamps.InsertedOf(row) > 0 ? RowMarks.Insert : 0) | (buffer.Stamps.RetractedOf(row) > 0 ? RowMarks.Retract : 0);
    }

    private static SortedDictionary<string, SegmentCell> CellsOf(EventTypeSchema columns, RowBuffer buffer, int row)
    {
        SortedDictionary<string, SegmentCell> cells = new(StringComparer.Ordinal);
        foreach (ColumnSchema column in columns.Columns)
        {
            ColumnState state = buffer.Columns[column.Id].GetState(row);
            if (state != ColumnState.Absent)
            {
                cells[column.Name] = new SegmentCell(
                    state, state == ColumnState.Null ? [] : buffer.Columns[column.Id].GetValue(row).ToArray());
            }
        }

        return cells;
    }
}
