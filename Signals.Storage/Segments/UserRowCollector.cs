using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Segments;

/// <summary>
/// Collects the rows of one user in one window. Rows of one identity are merged into one by the rules of merging; then the rows
/// are divided into events and patches. Thread contract: one thread. Reused from user to user.
/// </summary>
internal sealed class UserRowCollector
{
    private readonly int[] _columns;
    private readonly RowBuffer _merged;
    private readonly RowBuffer _events;
    private readonly RowBuffer _patches;
    private readonly List<RowMarks> _marks = [];
    private readonly Stamp _stamp;
    private readonly bool _mayRetract;

    /// <summary>Creates the collector without rows.</summary>
    /// <param name="columns">The ids that the kept columns have in the walks, in the order in which they are kept.</param>
    /// <param name="types">The types of these columns.</param>
    /// <param name="stamp">The stamp of the segment.</param>
    /// <param name="mayRetract">Whether any row of the segment is a retraction.</param>
    public UserRowCollector(int[] columns, ColumnType[] types, Stamp stamp, bool mayRetract)
    {
        _columns = columns;
        _stamp = stamp;
        _mayRetract = mayRetract;
        _merged = new RowBuffer(types, stamp, StampParts.None, capacity: 16);
        _patches = new RowBuffer(types, stamp, StampParts.None, capacity: 16);
        _events = new RowBuffer(types, stamp, mayRetract ? StampParts.Existence : StampParts.None, capacity: 16);
    }

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear()
    {
        _merged.Clear();
        _marks.Clear();
    }

    /// <summary>Adds the current row of a walk. Rows must be added in the order of a segment.</summary>
    public void Add(SegmentRows rows)
    {
        int last = _merged.Count - 1;
        if (last >= 0 && _merged.Times[last] == rows.Time && _merged.Ids[last] == rows.Id)
        {
            _marks[last] |= rows.Marks;
            Merge(rows, last);
            return;
        }

        _marks.Add(rows.Marks);
        _merged.AppendKey(rows.Time, rows.Id);
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnBuffer source = rows.Columns[_columns[i]];
            if (source.Count == 0)
            {
                _merged.Columns[i].AppendMissing(ColumnState.Absent);
            }
            else
            {
                _merged.Columns[i].AppendRow(source, rows.Row);
            }
        }
    }

    /// <summary>
    /// Divides the rows into events with retractions, and rows that only have cells. Both are valid until the next call.
    /// </summary>
    public void Divide(out RowBuffer events, out RowBuffer patches)
    {
        events = _events;
        patches = _patches;
        events.Clear();
        patches.Clear();
        if (!_marks.Exists(marks => marks != RowMarks.Correct))
        {
            patches = _merged;
            return;
        }

        if (!_mayRetract && _marks.TrueForAll(marks => marks == RowMarks.Insert))
        {
            events = _merged;
            return;
        }

        for (int row = 0; row < _merged.Count; row++)
        {
            Divide(row);
        }
    }

    private void Divide(int row)
    {
        RowMarks marks = _marks[row];
        if (marks == RowMarks.Correct)
        {
            _patches.AppendRow(_merged, row);
            return;
        }

        if (!marks.HasFlag(RowMarks.Retract))
        {
            _events.AppendRow(_merged, row);
            return;
        }

        // A retraction removes all cells with its own stamp, so they need not be stored.
        _events.AppendKey(_merged.Times[row], _merged.Ids[row]);
        _events.Stamps.AppendExistence(marks.HasFlag(RowMarks.Insert) ? _stamp : Stamp.None, _stamp);
        _events.FillAbsent();
    }

    private void Merge(SegmentRows rows, int last)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnBuffer source = rows.Columns[_columns[i]];
            if (source.Count > 0 && _merged.Columns[i].CompareRow(last, source, rows.Row) < 0)
            {
                _merged.Columns[i].ReplaceLast(source, rows.Row);
            }
        }
    }
}
