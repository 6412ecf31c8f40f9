using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Segments;

/// <summary>
/// Collects the rows of one user in one window. They are sorted where that is needed, rows of one identity are merged into one by the
/// rules of merging, and the rows are divided into events and patches. Thread contract: one thread. Reused from user to user.
/// </summary>
internal sealed class UserRowCollector
{
    private const int ManyRows = 256;
    private const int FirstCapacity = 16;

    private readonly int[] _columns;
    private readonly RowBuffer _events;
    private readonly RowBuffer _patches;
    private readonly Stamp _stamp;
    private readonly bool _mayRetract;
    private RowMarks[] _marks = new RowMarks[FirstCapacity]; // of the rows of _merged
    private RowMarks[] _unsortedMarks = new RowMarks[FirstCapacity];
    private RowBuffer _merged;
    private RowBuffer _unsorted;
    private RowKey[] _keys = [];
    private int[] _order = [];
    private bool _isSorted = true;

    /// <summary>Creates the collector without rows.</summary>
    /// <param name="shape">The columns that are kept, and the stamp of the segment.</param>
    /// <param name="mayRetract">Whether any row of the segment is a retraction.</param>
    public UserRowCollector(SegmentShape shape, bool mayRetract)
    {
        (ColumnType[] types, Stamp stamp) = (shape.ColumnTypes, shape.Stamp);
        _columns = shape.Columns;
        _stamp = stamp;
        _mayRetract = mayRetract;
        _merged = new RowBuffer(types, stamp, StampParts.None, capacity: 16);
        _unsorted = new RowBuffer(types, stamp, StampParts.None, capacity: 16);
        _patches = new RowBuffer(types, stamp, StampParts.None, capacity: 16);
        _events = new RowBuffer(types, stamp, mayRetract ? StampParts.Existence : StampParts.None, capacity: 16);
    }

    /// <summary>The number of rows.</summary>
    public int Count => _merged.Count;

    /// <summary>Bytes of all arrays.</summary>
    public long HeldBytes => _merged.HeldBytes + _unsorted.HeldBytes + _events.HeldBytes + _patches.HeldBytes
        + _marks.Length + _unsortedMarks.Length + (long)Unsafe.SizeOf<RowKey>() * _keys.Length + sizeof(int) * (long)_order.Length;

    /// <summary>Whether a user has very many rows, which take more than some bytes.</summary>
    public bool HasMoreThan(long bytes) => _merged.Count >= ManyRows && _merged.HeldBytes > bytes;

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear()
    {
        _merged.Clear();
        _isSorted = true;
    }

    /// <summary>Adds the current row of a walk. Rows must be added in the order of a segment.</summary>
    [MethodImpl(Compile.InFull)]
    public void Add(SegmentRows rows)
    {
        int last = _merged.Count - 1;
        if (last >= 0 && _merged.Times[last] == rows.Time && _merged.Ids[last] == rows.Id)
        {
            _marks[last] |= rows.Marks;
            Merge(rows.Columns, rows.Row, last);
            return;
        }

        MakeRoomForMarks(last + 2);
        _marks[last + 1] = rows.Marks;
        _merged.AppendKey(rows.Time, rows.Id);
        Append(rows.Columns, rows.Row, 1);
    }

    /// <summary>Adds adjacent rows of a batch, in any order.</summary>
    [MethodImpl(Compile.InFull)]
    public void Add(SegmentBatch batch, int start, int count)
    {
        int first = _merged.Count;
        RowBuffer rows = batch.Rows;
        MakeRoomForMarks(first + count);
        batch.Marks.Slice(start, count).CopyTo(_marks.AsSpan(first));
        _merged.AppendKeys(count, out Span<long> times, out Span<ulong> ids);
        rows.Times.Slice(start, count).CopyTo(times);
        rows.Ids.Slice(start, count).CopyTo(ids);
        Append(rows.Columns, start, count);
        _isSorted = _isSorted && AreInOrder(Math.Max(first - 1, 0));
    }

    /// <summary>
    /// Divides the rows into events with retractions, and rows that only have cells. Both are valid until the next call.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Divide(out RowBuffer events, out RowBuffer patches)
    {
        if (!_isSorted)
        {
            Sort();
        }

        events = _events;
        patches = _patches;
        events.Clear();
        patches.Clear();
        ReadOnlySpan<byte> marks = MemoryMarshal.AsBytes(_marks.AsSpan(0, _merged.Count));
        if (!marks.ContainsAnyExcept((byte)RowMarks.Correct))
        {
            patches = _merged;
            return;
        }

        if (!_mayRetract && !marks.ContainsAnyExcept((byte)RowMarks.Insert))
        {
            events = _merged;
            return;
        }

        for (int row = 0; row < _merged.Count; row++)
        {
            Divide(row);
        }
    }

    // Whether the rows from the given one on have the order of a segment, none twice.
    [MethodImpl(Compile.InFull)]
    private bool AreInOrder(int start)
    {
        ReadOnlySpan<long> times = _merged.Times;
        ReadOnlySpan<ulong> ids = _merged.Ids;
        for (int row = start + 1; row < times.Length; row++)
        {
            if (times[row] > times[row - 1] || (times[row] == times[row - 1] && ids[row] <= ids[row - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private void MakeRoomForMarks(int rows)
    {
        if (rows > _marks.Length)
        {
            Array.Resize(ref _marks, Math.Max(rows, 2 * _marks.Length));
        }
    }

    private void Sort()
    {
        int count = _merged.Count;
        (_merged, _unsorted) = (_unsorted, _merged);
        (_marks, _unsortedMarks) = (_unsortedMarks, _marks);
        MakeRoomForMarks(count);
        Clear();
        if (_order.Length < count)
        {
            int room = Math.Max(count, (int)Math.Min(Array.MaxLength, 2L * _order.Length));
            (_order, _keys) = (new int[room], new RowKey[room]);
        }

        Span<int> order = _order.AsSpan(0, count);
        if (SortKeys(_keys.AsSpan(0, count), order))
        {
            AppendSorted(order);
        }
        else
        {
            MergeSorted(order);
        }
    }

    // Gives the row numbers in the order of a segment. False if an event comes twice.
    private bool SortKeys(Span<RowKey> keys, Span<int> order)
    {
        // Most files have a user's rows oldest first. From the other end they are nearly sorted.
        ReadOnlySpan<long> times = _unsorted.Times;
        ReadOnlySpan<ulong> ids = _unsorted.Ids;
        for (int i = 0; i < keys.Length; i++)
        {
            int row = keys.Length - 1 - i;
            keys[i] = new RowKey(times[row], ids[row], row);
        }

        bool areSorted = true;
        bool areDistinct = true;
        for (int i = 1; i < keys.Length && areSorted; i++)
        {
            areSorted = keys[i - 1].CompareTo(keys[i]) < 0;
        }

        if (!areSorted)
        {
            keys.Sort();
        }

        for (int i = 0; i < keys.Length; i++)
        {
            order[i] = keys[i].Row;
            areDistinct &= i == 0 || !keys[i].IsSameEvent(keys[i - 1]);
        }

        return areDistinct;
    }

    private void AppendSorted(ReadOnlySpan<int> order)
    {
        _merged.AppendKeys(order.Length, out Span<long> times, out Span<ulong> ids);
        for (int i = 0; i < order.Length; i++)
        {
            (times[i], ids[i]) = (_unsorted.Times[order[i]], _unsorted.Ids[order[i]]);
            _marks[i] = _unsortedMarks[order[i]];
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            _merged.Columns[i].AppendRows(_unsorted.Columns[i], order);
        }
    }

    private void MergeSorted(ReadOnlySpan<int> order)
    {
        foreach (int row in order)
        {
            int last = _merged.Count - 1;
            if (last < 0 || _merged.Times[last] != _unsorted.Times[row] || _merged.Ids[last] != _unsorted.Ids[row])
            {
                _merged.AppendRow(_unsorted, row);
                _marks[last + 1] = _unsortedMarks[row];
                continue;
            }

            _marks[last] |= _unsortedMarks[row];
            _merged.MergeIntoLast(_unsorted, row);
        }
    }

    [MethodImpl(Compile.InFull)]
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

    [MethodImpl(Compile.InFull)]
    private void Append(ReadOnlySpan<ColumnBuffer> columns, int start, int count)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnBuffer source = columns[_columns[i]];
            if (source.Count == 0)
            {
                _merged.Columns[i].AppendMissing(ColumnState.Absent, count);
            }
            else
            {
                _merged.Columns[i].AppendRows(source, start, count);
            }
        }
    }

    private void Merge(ReadOnlySpan<ColumnBuffer> columns, int row, int last)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            ColumnBuffer source = columns[_columns[i]];
            if (source.Count > 0 && _merged.Columns[i].CompareRow(last, source, row) < 0)
            {
                _merged.Columns[i].ReplaceLast(source, row);
            }
        }
    }

    private readonly struct RowKey(long time, ulong id, int row) : IComparable<RowKey>
    {
        private readonly long _time = time;
        private readonly ulong _id = id;

        public int Row { get; } = row;

        public bool IsSameEvent(RowKey other) => _time == other._time && _id == other._id;

        public int CompareTo(RowKey other)
        {
            int order = other._time.CompareTo(_time);
            order = order != 0 ? order : _id.CompareTo(other._id);
            return order != 0 ? order : Row.CompareTo(other.Row);
        }
    }
}
