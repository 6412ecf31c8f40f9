using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>
/// The events of a store as registers that only rise (docs/decisions/0007): what a read must show whatever the order of appends and
/// imports. Threads: one.
/// </summary>
internal sealed class RegisterModel
{
    private readonly SortedDictionary<(UserId User, long Time, ulong Id), Registers> _events = [];

    /// <summary>Adds what a row says with a stamp.</summary>
    public void Add(SegmentRow row, ulong stamp)
    {
        if (!_events.TryGetValue(row.Identity, out Registers? held))
        {
            _events[row.Identity] = held = new Registers();
        }

        held.Inserted = row.Marks.HasFlag(RowMarks.Insert) ? Math.Max(held.Inserted, stamp) : held.Inserted;
        held.Retracted = row.Marks.HasFlag(RowMarks.Retract) ? Math.Max(held.Retracted, stamp) : held.Retracted;
        foreach ((string column, SegmentCell cell) in row.Cells)
        {
            bool isHeld = held.Cells.TryGetValue(column, out (ulong Stamp, SegmentCell Cell) other);
            if (!isHeld || (stamp, cell).CompareTo((other.Stamp, other.Cell)) > 0)
            {
                held.Cells[column] = (stamp, cell);
            }
        }
    }

    /// <summary>The visible events of a user, newest first, each as a line.</summary>
    public IEnumerable<string> Lines(UserId user) => _events
        .Where(e => e.Key.User == user && e.Value.Inserted > e.Value.Retracted)
        .OrderByDescending(e => e.Key.Time).ThenBy(e => e.Key.Id)
        .Select(e => Line(
            e.Key.Time, e.Key.Id, e.Value.Cells.Where(c => c.Value.Stamp > e.Value.Retracted).Select(c => (c.Key, c.Value.Cell))));

    /// <summary>An event as a line.</summary>
    public static string Line(long time, ulong id, IEnumerable<(string Column, SegmentCell Cell)> cells) =>
        $"{time} {id} "
        + string.Join(' ', cells.Where(c => c.Cell.State != ColumnState.Absent)
            .OrderBy(c => c.Column, StringComparer.Ordinal).Select(c => $"{c.Column}={c.Cell}"));

    private sealed class Registers
    {
        public ulong Inserted { get; set; }

        public ulong Retracted { get; set; }

        public Dictionary<string, (ulong Stamp, SegmentCell Cell)> Cells { get; } = [];
    }
}
