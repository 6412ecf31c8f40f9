using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Ingest;
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

    /// <summary>The number of rows.</summary>
    public int Count => _marks.Count;

    /// <summary>Whether the rows fill a batch of events, so that no more may be added.</summary>
    public bool IsFull => Count == BatchRecordFormat.MaxRows;

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

    /// <summary>The rows in the order of a segment. Nothing may be added until <see cref="Clear"/>.</summary>
    public SegmentRows Sort()
    {
        foreach (ColumnBuffer column in Rows.Columns)
        {
            if (column.Count > 0 && column.Count < Count)
            {
                column.AppendMissing(ColumnState.Absent, Count - column.Count);
            }
        }

        if (_order.Length < Count)
        {
            _order = new int[Count];
        }

        Span<int> order = _order.AsSpan(0, Count);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
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
    }

    private RowBuffer Rows => _events.Rows;

    // A job that reads sorted files adds its rows in order, and then nothing needs to be sorted.
    private bool IsInOrder()
    {
        for (int row = 1; row < Count; row++)
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
        for (int row = 0; row < keys.Length; row++)
        {
            keys[row] = new SortKey(
                _windows[row], new UserId(_events.UsersHigh[row], _events.UsersLow[row]), Rows.Times[row], Rows.Ids[row], row);
        }

        keys.AsSpan().Sort();
        for (int i = 0; i < keys.Length; i++)
        {
            order[i] = keys[i].Row;
        }
    }

    private int Compare(int left, int right)
    {
        ReadOnlySpan<long> windows = CollectionsMarshal.AsSpan(_windows);
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
        private int _next;

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
