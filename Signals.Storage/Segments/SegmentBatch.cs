using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Segments;

/// <summary>
/// The rows of a segment that are in memory: in order of arrival while they are added, then sorted once. A column that no row has
/// set takes no memory. Thread contract: one thread.
/// </summary>
internal sealed class SegmentBatch(EventTypeSchema type)
{
    // User, time, id and marks; also the window and the row number, which are needed for sorting.
    private const int KeyBytes = 2 * sizeof(ulong) + sizeof(long) + sizeof(ulong) + sizeof(RowMarks) + sizeof(long) + sizeof(int);

    private readonly EventBatch _events = new(type, capacity: 16);
    private readonly List<RowMarks> _marks = [];
    private readonly List<long> _windows = [];
    private int[] _order = [];
    private int _first;

    /// <summary>The number of rows.</summary>
    public int Count => _events.Count;

    /// <summary>Whether the rows fill a batch of events, so that no more may be added.</summary>
    public bool IsFull => Count == BatchRecordFormat.MaxRows;

    /// <summary>The start of each row's window in ms.</summary>
    public ReadOnlySpan<long> Windows => CollectionsMarshal.AsSpan(_windows)[..Count];

    /// <summary>What each row says about its event apart from its cells.</summary>
    public ReadOnlySpan<RowMarks> Marks => CollectionsMarshal.AsSpan(_marks)[..Count];

    /// <summary>The more significant halves of the users.</summary>
    public ReadOnlySpan<ulong> UsersHigh => _events.UsersHigh;

    /// <summary>The less significant halves of the users.</summary>
    public ReadOnlySpan<ulong> UsersLow => _events.UsersLow;

    /// <summary>Times, ids and cells. Columns may have fewer rows until <see cref="FillAbsent"/>.</summary>
    public RowBuffer Rows => _events.Rows;

    /// <summary>Bytes that the rows take, without spare room.</summary>
    public long UsedBytes
    {
        get
        {
            long bytes = (long)KeyBytes * Count;
            foreach (ColumnBuffer column in Rows.Columns)
            {
                bytes += column.UsedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Bytes of all arrays, including spare room.</summary>
    public long HeldBytes =>
        _events.HeldBytes + _marks.Capacity + sizeof(long) * (long)_windows.Capacity + sizeof(int) * (long)_order.Length;

    /// <summary>Adds a row. Set its cells on the result.</summary>
    public EventRow Add(UserId user, long timeMs, ulong id, RowMarks marks)
    {
        // A row for which a cell could not be set has left the events again.
        _marks.RemoveRange(Count, _marks.Count - Count);
        _windows.RemoveRange(Count, _windows.Count - Count);
        EventRow row = _events.AddAny(user, timeMs, id);
        _marks.Add(marks);
        _windows.Add(TimeWindow.StartOf(timeMs, type.Window));
        return row;
    }

    /// <summary>Marks the columns in which some row is set.</summary>
    public void MarkUsedColumns(bool[] used)
    {
        for (int i = 0; i < used.Length; i++)
        {
            used[i] |= Rows.Columns[i].States.ContainsAnyExcept((byte)ColumnState.Absent);
        }
    }

    /// <summary>Extends the columns in which some row is set with absent rows.</summary>
    public void FillAbsent()
    {
        foreach (ColumnBuffer column in Rows.Columns)
        {
            if (column.Count > 0 && column.Count < Count)
            {
                column.AppendMissing(ColumnState.Absent, Count - column.Count);
            }
        }
    }

    /// <summary>The end of the stretch that begins with a row: rows of one window, user and kind that follow each other.</summary>
    [MethodImpl(Compile.InFull)]
    public int StretchEnd(int row)
    {
        ReadOnlySpan<long> windows = Windows;
        ReadOnlySpan<RowMarks> marks = Marks;
        ReadOnlySpan<ulong> high = UsersHigh;
        ReadOnlySpan<ulong> low = UsersLow;
        int end = row + 1;
        while (end < windows.Length && windows[end] == windows[row] && low[end] == low[row] && high[end] == high[row]
            && marks[end] == marks[row])
        {
            end++;
        }

        return end;
    }

    /// <summary>The user of a row.</summary>
    public UserId UserOf(int row) => new(_events.UsersHigh[row], _events.UsersLow[row]);

    /// <summary>Compares two rows in the order of a segment; 0 when they are of the same event.</summary>
    public int Compare(int left, int right)
    {
        ReadOnlySpan<long> windows = Windows;
        int order = windows[left].CompareTo(windows[right]);
        if (order != 0)
        {
            return order;
        }

        order = _events.UsersHigh[left].CompareTo(_events.UsersHigh[right]);
        order = order != 0 ? order : _events.UsersLow[left].CompareTo(_events.UsersLow[right]);
        order = order != 0 ? order : Rows.Times[right].CompareTo(Rows.Times[left]);
        return order != 0 ? order : Rows.Ids[left].CompareTo(Rows.Ids[right]);
    }

    /// <summary>Leaves rows out of <see cref="Sort"/>, because they were written already.</summary>
    /// <param name="rows">How many, from the first.</param>
    public void Skip(int rows) => _first = rows;

    /// <summary>The rows in the order of a segment. Nothing may be added until <see cref="Clear"/>.</summary>
    public SegmentRows Sort()
    {
        FillAbsent();
        if (_order.Length < Count)
        {
            _order = new int[Count];
        }

        Span<int> order = _order.AsSpan(_first, Count - _first);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = _first + i;
        }

        if (!IsInOrder())
        {
            SortByKeys(order);
        }

        return new Sorted(this);
    }

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear()
    {
        _events.Clear();
        _marks.Clear();
        _windows.Clear();
        _first = 0;
    }

    // A job that reads sorted files adds its rows in order, and then nothing needs to be sorted.
    private bool IsInOrder()
    {
        for (int row = _first + 1; row < Count; row++)
        {
            if (Compare(row - 1, row) > 0)
            {
                return false;
            }
        }

        return true;
    }

    // The keys are copied next to each other. Comparing the rows in their own arrays would miss the cache at every step.
    private void SortByKeys(Span<int> order)
    {
        SortKey[] keys = GC.AllocateUninitializedArray<SortKey>(order.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            int row = order[i];
            keys[i] = new SortKey(
                _windows[row], new UserId(_events.UsersHigh[row], _events.UsersLow[row]), Rows.Times[row], Rows.Ids[row], row);
        }

        keys.AsSpan().Sort();
        for (int i = 0; i < keys.Length; i++)
        {
            order[i] = keys[i].Row;
        }
    }

    private readonly struct SortKey(long window, UserId user, long time, ulong id, int row) : IComparable<SortKey>
    {
        private readonly long _window = window;
        private readonly UserId _user = user;
        private readonly long _time = time;
        private readonly ulong _id = id;

        public int Row { get; } = row;

        public int CompareTo(SortKey other)
        {
            int order = _window.CompareTo(other._window);
            order = order != 0 ? order : _user.CompareTo(other._user);
            order = order != 0 ? order : other._time.CompareTo(_time);
            order = order != 0 ? order : _id.CompareTo(other._id);
            return order != 0 ? order : Row.CompareTo(other.Row);
        }
    }

    private sealed class Sorted(SegmentBatch batch) : SegmentRows
    {
        private int _next = batch._first;

        public override ReadOnlySpan<ColumnBuffer> Columns => batch.Rows.Columns;

        public override bool MoveNext()
        {
            if (_next == batch.Count)
            {
                return false;
            }

            Row = batch._order[_next++];
            User = new UserId(batch._events.UsersHigh[Row], batch._events.UsersLow[Row]);
            Window = batch._windows[Row];
            Time = batch.Rows.Times[Row];
            Id = batch.Rows.Ids[Row];
            Marks = batch._marks[Row];
            return true;
        }
    }
}
