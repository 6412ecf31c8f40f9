using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Delivers the events of one source in order, newest first, a piece at a time: their keys, and when they were inserted and
/// retracted. It looks at each row of a table once.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Invariants: each identity is in the pieces once; further copies in a
/// memtable go to <see cref="Copies"/>. While nothing is loaded, <see cref="Time"/> and <see cref="Id"/> are at or before the
/// next event. Lifetime: <see cref="Release"/> forgets the source.
/// </remarks>
internal sealed class LiveCursor(HolderReader reader)
{
    private const int RowsAtOnce = 256;

    private readonly PooledList<RowKey> _keys = new();
    private long[] _times = [];
    private ulong[] _ids = [];
    private ulong[] _inserted = [];
    private ulong[] _retracted = [];
    private long[] _rows = [];
    private RowHolder _holder;
    private int _index;
    private long _nextRow; // of a table
    private int _nextKey; // of a memtable
    private int _limit;
    private bool _isAll;
    private int _start;
    private int _end;

    /// <summary>Further copies of this source's events, beside those in the pieces, since the last <see cref="Start"/>.</summary>
    public PooledList<RowKey> Copies { get; } = new();

    /// <summary>Whether no events are left.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether <see cref="Time"/> and <see cref="Id"/> belong to an event.</summary>
    public bool IsLoaded => _start < _end;

    /// <summary>The time of the next event.</summary>
    public long Time { get; private set; }

    /// <summary>The id of the next event.</summary>
    public ulong Id { get; private set; }

    /// <summary>How many events of the piece are left.</summary>
    public int Count => _end - _start;

    /// <summary>Whether all events of the piece were inserted and retracted with the same stamps as the first.</summary>
    public bool IsUniform { get; private set; }

    public long HeldBytes => _keys.HeldBytes + Copies.HeldBytes + (5L * sizeof(long) * _times.Length);

    private bool IsTable => _holder.Table is not null;

    /// <summary>Starts a source. Nothing is loaded yet.</summary>
    /// <param name="holder">The source.</param>
    /// <param name="index">Its index in the read's source list.</param>
    /// <param name="limit">How many events of a memtable to read first.</param>
    /// <param name="skip">How many rows of a table to skip.</param>
    public void Start(in RowHolder holder, int index, int limit, int skip)
    {
        _holder = holder;
        _index = index;
        _limit = limit;
        _nextRow = holder.FirstRow + skip;
        _nextKey = 0;
        _isAll = false;
        _start = 0;
        _end = 0;
        _keys.Clear();
        Copies.Clear();
        Time = holder.Newest;
        Id = 0;
        IsAtEnd = IsTable && skip == holder.Count;
    }

    /// <summary>Forgets the source.</summary>
    public void Release()
    {
        _holder = default;
        Copies.Clear();
    }

    /// <summary>
    /// Skips the rest of a block if no event in it is visible and all of it comes before a key. Returns false when nothing was
    /// skipped.
    /// </summary>
    /// <param name="other">A key, or null for none.</param>
    /// <param name="inserted">How many of the skipped rows were inserted at some time.</param>
    public bool TrySkipDead(RowKey? other, out int inserted)
    {
        inserted = 0;
        if (_holder.Table is not Table table || _holder.IsPlain)
        {
            return false;
        }

        Block block = BlockOf(table, [], out int first, out int count);
        if (!block.TryGetExistence(out ulong insertedAt, out ulong retractedAt) || insertedAt > retractedAt)
        {
            return false;
        }

        int last = first + count - 1;
        RowKey lastKey = new(block.Times.GetLong(last), (ulong)block.Ids.GetLong(last), 0, 0);
        if (other is RowKey key && !lastKey.Precedes(key))
        {
            return false;
        }

        inserted = insertedAt > 0 ? count : 0;
        Pass(count, lastKey.Time, lastKey.Id);
        return true;
    }

    /// <summary>Loads the next piece, after the last one was consumed.</summary>
    /// <param name="stored">Columns of a table's block that will be needed as well.</param>
    public void Load(int[] stored)
    {
        Reserve();
        if (_holder.Table is Table table)
        {
            LoadTable(table, stored);
        }
        else
        {
            LoadMemory();
        }

        if (!IsAtEnd)
        {
            (Time, Id) = (_times[_start], _ids[_start]);
        }
    }

    /// <summary>How many events, from the next one on, are also the next events of another cursor.</summary>
    public int CountShared(LiveCursor other) => Math.Min(
        _times.AsSpan(_start, Count).CommonPrefixLength(other._times.AsSpan(other._start, other.Count)),
        _ids.AsSpan(_start, Count).CommonPrefixLength(other._ids.AsSpan(other._start, other.Count)));

    /// <summary>How many of the next <paramref name="count"/> events come before a key.</summary>
    public int CountBefore(in RowKey key, int count)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool before = new RowKey(_times[_start + middle], _ids[_start + middle], 0, 0).Precedes(key);
            (low, high) = before ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Raises the stamps of insertion and retraction by what this source knows of an event of the piece.</summary>
    public void RaiseExistence(int offset, ref ulong inserted, ref ulong retracted)
    {
        inserted = Math.Max(inserted, _inserted[_start + offset]);
        retracted = Math.Max(retracted, _retracted[_start + offset]);
    }

    /// <summary>Whether the source itself inserted an event of the piece.</summary>
    public bool IsInserted(int offset) => _inserted[_start + offset] > 0;

    /// <summary>An event of the piece.</summary>
    public RowKey Key(int offset) => new(
        _times[_start + offset], _ids[_start + offset], IsTable ? _nextRow - (_end - _start) + offset : _rows[_start + offset], _index);

    /// <summary>Consumes events of the piece. Returns how many rows of a table they are.</summary>
    public int Advance(int count)
    {
        _start += count;
        (Time, Id) = IsLoaded ? (_times[_start], _ids[_start]) : (_times[_start - 1], _ids[_start - 1]);
        IsAtEnd = !IsLoaded && (IsTable ? _nextRow == _holder.FirstRow + _holder.Count : _isAll && _nextKey == _keys.Count);
        return IsTable ? count : 0;
    }

    private Block BlockOf(Table table, int[] stored, out int first, out int count)
    {
        Block block = table.GetBlock(table.FindBlock(_nextRow), stored, StampParts.Existence);
        first = (int)(_nextRow - block.FirstRow);
        count = (int)Math.Min(block.Rows - first, _holder.FirstRow + _holder.Count - _nextRow);
        return block;
    }

    private void Pass(int count, long time, ulong id)
    {
        _nextRow += count;
        (Time, Id) = (time, id);
        IsAtEnd = _nextRow == _holder.FirstRow + _holder.Count;
    }

    private void LoadTable(Table table, int[] stored)
    {
        Block block = BlockOf(table, stored, out int first, out int count);
        count = Math.Min(count, RowsAtOnce);
        block.Times.CopyLongs(first, count, _times);
        block.Ids.CopyULongs(first, count, _ids);
        block.CopyExistence(first, _inserted.AsSpan(0, count), _retracted.AsSpan(0, count));
        _start = 0;
        _end = count;
        _nextRow += count;
        IsUniform = !_inserted.AsSpan(0, count).ContainsAnyExcept(_inserted[0])
            && !_retracted.AsSpan(0, count).ContainsAnyExcept(_retracted[0]);
    }

    // Reads twice as many events of a memtable as before whenever those were not enough, because their end is not known
    // beforehand. The memtable may have returned more than was asked for, so the next request may reach less far at first.
    private void LoadMemory()
    {
        RowKey? last = _keys.Count == 0 ? null : _keys[_keys.Count - 1];
        while (_nextKey == _keys.Count && !_isAll)
        {
            _isAll = reader.LoadKeys(_holder, _index, _limit, [], _keys);
            _nextKey = last is RowKey known ? CountTo(_keys.Span, known) : 0;
            _limit = (int)Math.Min(int.MaxValue, 2L * _limit);
        }

        _start = 0;
        _end = 0;
        IsAtEnd = _nextKey == _keys.Count;
        for (; _nextKey < _keys.Count; _nextKey++)
        {
            ref readonly RowKey key = ref _keys[_nextKey];
            if (_end > 0 && _times[_end - 1] == key.Time && _ids[_end - 1] == key.Id)
            {
                Copies.Add(key);
                continue;
            }

            if (_end == RowsAtOnce)
            {
                break;
            }

            _times[_end] = key.Time;
            _ids[_end] = key.Id;
            _rows[_end++] = key.Row;
        }

        _inserted.AsSpan(0, _end).Fill(Stamp.Streamed.Value);
        _retracted.AsSpan(0, _end).Clear();
        IsUniform = true;
    }

    /// <summary>How many keys, from the first, do not come after the given one.</summary>
    private static int CountTo(ReadOnlySpan<RowKey> keys, in RowKey last)
    {
        int low = 0;
        int high = keys.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = last.Precedes(keys[middle]) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private void Reserve()
    {
        if (_times.Length == 0)
        {
            _times = new long[RowsAtOnce];
            _ids = new ulong[RowsAtOnce];
            _inserted = new ulong[RowsAtOnce];
            _retracted = new ulong[RowsAtOnce];
            _rows = new long[RowsAtOnce];
        }
    }
}
