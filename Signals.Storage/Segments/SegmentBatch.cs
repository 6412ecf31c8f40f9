using System.Runtime.CompilerServices;
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
    private const int FirstCapacity = 16;

    // User, time, id and marks; also the window and the row number, which are needed for sorting.
    private const int KeyBytes = 2 * sizeof(ulong) + sizeof(long) + sizeof(ulong) + sizeof(RowMarks) + sizeof(long) + sizeof(int);

    private readonly EventBatch _events = new(type, FirstCapacity);
    private readonly long _windowMs = (long)type.Window.TotalMilliseconds;
    private RowMarks[] _marks = new RowMarks[FirstCapacity];
    private long[] _windows = new long[FirstCapacity];
    private long _window = long.MaxValue; // of the last row
    private int[] _order = [];
    private int _first;

    /// <summary>The number of rows.</summary>
    public int Count => _events.Count;

    /// <summary>Whether the rows fill a batch of events, so that no more may be added.</summary>
    public bool IsFull => Count == BatchRecordFormat.MaxRows;

    /// <summary>The start of each row's window in ms.</summary>
    public ReadOnlySpan<long> Windows => _windows.AsSpan(0, Count);

    /// <summary>What each row says about its event apart from its cells.</summary>
    public ReadOnlySpan<RowMarks> Marks => _marks.AsSpan(0, Count);

    /// <summary>The more significant halves of the users.</summary>
    public ReadOnlySpan<ulong> UsersHigh => _events.UsersHigh;

    /// <summary>The less significant halves of the users.</summary>
    public ReadOnlySpan<ulong> UsersLow => _events.UsersLow;

    /// <summary>Times, ids and cells. Columns may have fewer rows until <see cref="FillAbsent"/>.</summary>
    public RowBuffer Rows => _events.Rows;

    /// <summary>Bytes that the rows take, without spare room.</summary>
    public long UsedBytes
    {
        [MethodImpl(Compile.InFull)]
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
        _events.HeldBytes + _marks.Length + sizeof(long) * (long)_windows.Length + sizeof(int) * (long)_order.Length;

    /// <summary>Adds a row. Set its cells on the result.</summary>
    [MethodImpl(Compile.InFull)]
    public EventRow Add(UserId user, long timeMs, ulong id, RowMarks marks)
    {
        // A row for which a cell could not be set has left the events again: its place is this one's.
        int row = Count;
        MakeRoom(row + 1);
        EventRow added = _events.AddAny(user, timeMs, id);
        _marks[row] = marks;
        _windows[row] = WindowOf(timeMs);
        return added;
    }

    /// <summary>Adds rows that have a cell in one column, which does not hold bytes of any length.</summary>
    /// <param name="users">The users.</param>
    /// <param name="timesMs">As many times.</param>
    /// <param name="ids">As many ids.</param>
    /// <param name="marks">What each row says about its event.</param>
    /// <param name="column">The index of the column.</param>
    /// <param name="values">The values, one after the other.</param>
    [MethodImpl(Compile.InFull)]
    public void Add(
        ReadOnlySpan<UserId> users,
        ReadOnlySpan<long> timesMs,
        ReadOnlySpan<ulong> ids,
        RowMarks marks,
        int column,
        ReadOnlySpan<byte> values)
    {
        int first = Count;
        MakeRoom(first + users.Length);
        _events.AddAny(users, timesMs, ids);
        _marks.AsSpan(first, users.Length).Fill(marks);
        Span<long> windows = _windows.AsSpan(first, users.Length);
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = WindowOf(timesMs[i]);
        }

        ColumnBuffer cells = Rows.Columns[column];
        if (cells.Count < first)
        {
            cells.AppendMissing(ColumnState.Absent, first - cells.Count);
        }

        values.CopyTo(cells.AppendFixedRows(users.Length));
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
        _first = 0;
    }

    private void MakeRoom(int rows)
    {
        if (rows > _windows.Length)
        {
            int room = Math.Max(rows, 2 * _windows.Length);
            Array.Resize(ref _windows, room);
            Array.Resize(ref _marks, room);
        }
    }

    // Rows of one window mostly follow each other, and a division takes longer than looking whether they do.
    private long WindowOf(long timeMs)
    {
        if ((ulong)(timeMs - _window) >= (ulong)_windowMs)
        {
            _window = TimeWindow.StartOf(timeMs, type.Window);
        }

        return _window;
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
