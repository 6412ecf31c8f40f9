using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Takes the visible events of a cluster, newest first. Events that were never inserted do not count; retracted ones count and
/// are left out. A stretch of events that the same sources hold is decided at once when none of them is visible; where only one
/// source has events, whole blocks are decided at once.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Invariant: each row of a table is looked at once at most, so a retracted
/// row costs little more than the comparison of its key.
/// </remarks>
internal sealed class LiveRows(PooledList<RowHolder> holders, PooledList<DuplicateRow> duplicates)
{
    private const int LeastAtFirst = 4;
    private const int MostAtFirst = 256;

    private readonly HolderReader _reader = new();
    private readonly List<LiveCursor> _all = [];
    private readonly List<LiveCursor> _open = [];
    private readonly List<LiveCursor> _sharing = [];
    private readonly PooledList<RowKey> _taken = new();
    private QueryType _type = null!;
    private TypeStage _stage = null!;
    private TimeBounds _bounds;
    private int _slot;
    private int _keep;
    private int _wanted;
    private bool _hasTaken;
    private long _steps;

    /// <summary>How many rows were looked at and blocks skipped, over all reads.</summary>
    public long Steps => _steps + _reader.RowsVisited;

    public long HeldBytes
    {
        get
        {
            long bytes = _taken.HeldBytes + _reader.HeldBytes;
            foreach (LiveCursor cursor in _all)
            {
                bytes += cursor.HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>Takes rows of a cluster.</summary>
    /// <param name="first">Index of the cluster's first source.</param>
    /// <param name="count">How many sources.</param>
    /// <param name="type">The event type.</param>
    /// <param name="slot">Its place in the query.</param>
    /// <param name="bounds">The range of event time, and the limits.</param>
    /// <param name="keep">How many events may still count towards last-N; the call subtracts those that it passed.</param>
    /// <param name="stage">Receives the rows.</param>
    public void Take(int first, int count, QueryType type, int slot, in TimeBounds bounds, ref int keep, TypeStage stage)
    {
        _type = type;
        _slot = slot;
        _bounds = bounds;
        _keep = keep;
        _stage = stage;
        _wanted = bounds.Last - stage.Count;
        _hasTaken = true;
        _taken.Clear();
        Open(first, count);
        while (_keep > 0 && _wanted > 0 && TryFindFirst(out LiveCursor leader) && leader.Time >= _bounds.From)
        {
            RowKey? next = Share(leader);
            if (leader.IsLoaded)
            {
                TakeRun(leader, next);
            }
            else if (leader.TrySkipDead(next, out int inserted))
            {
                _steps++;
                _keep -= Math.Min(_keep, inserted);
            }
            else
            {
                leader.Load(_hasTaken ? _type.Early : []);
                _hasTaken = false;
            }
        }

        AddCopies();
        SliceCoalescer.Append(_taken.Span, stage.Slices);
        keep = _keep;
        Release();
    }

    /// <summary>Forgets the sources.</summary>
    public void Release()
    {
        foreach (LiveCursor cursor in _all)
        {
            cursor.Release();
        }

        _open.Clear();
        _sharing.Clear();
    }

    private void Open(int first, int count)
    {
        int limit = (int)Math.Clamp(_wanted + (_wanted / 4L), LeastAtFirst, MostAtFirst);
        for (int i = 0; i < count; i++)
        {
            if (i == _all.Count)
            {
                _all.Add(new LiveCursor(_reader));
            }

            // When all events are kept, those after the query's end need not be counted, so they are skipped.
            ref readonly RowHolder holder = ref holders[first + i];
            bool skips = holder.Table is not null && holder.Newest >= _bounds.To && _bounds.Keep == int.MaxValue;
            _all[i].Start(holder, first + i, limit, skips ? HolderReader.CountFrom(holder, _bounds.To, []) : 0);
            if (!_all[i].IsAtEnd)
            {
                _open.Add(_all[i]);
            }
        }
    }

    private void AddCopies()
    {
        foreach (LiveCursor cursor in _all)
        {
            foreach (ref readonly RowKey copy in cursor.Copies.Span)
            {
                AddDuplicate(copy);
            }
        }
    }

    /// <summary>
    /// Finds the cursor with the first key. Of equal keys, a cursor that is not loaded comes first, because its key may belong to
    /// no event.
    /// </summary>
    private bool TryFindFirst(out LiveCursor first)
    {
        first = null!;
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            LiveCursor cursor = _open[i];
            if (cursor.IsAtEnd)
            {
                _open.RemoveAt(i);
            }
            else if (first is null || KeyOf(cursor).Precedes(KeyOf(first)) || (!cursor.IsLoaded && !KeyOf(first).Precedes(KeyOf(cursor))))
            {
                first = cursor;
            }
        }

        return first is not null;
    }

    /// <summary>
    /// Collects the cursors that stand at the same event as the leader. Returns the least key of the others, or null when there
    /// are none.
    /// </summary>
    private RowKey? Share(LiveCursor leader)
    {
        RowKey? next = null;
        _sharing.Clear();
        foreach (LiveCursor cursor in _open)
        {
            if (cursor == leader)
            {
                continue;
            }

            RowKey key = KeyOf(cursor);
            if (leader.IsLoaded && key.SameIdentity(KeyOf(leader)))
            {
                _sharing.Add(cursor);
            }
            else if (next is not RowKey least || key.Precedes(least))
            {
                next = key;
            }
        }

        return next;
    }

    /// <summary>Decides the events that the same cursors share, up to the next event of another cursor.</summary>
    private void TakeRun(LiveCursor leader, RowKey? next)
    {
        int run = leader.Count;
        bool isUniform = leader.IsUniform;
        foreach (LiveCursor cursor in _sharing)
        {
            run = Math.Min(run, leader.CountShared(cursor));
            isUniform &= cursor.IsUniform;
        }

        run = next is RowKey key ? leader.CountBefore(key, run) : run;
        GetExistence(leader, 0, out ulong inserted, out ulong retracted);
        if (isUniform && inserted <= retracted)
        {
            _keep -= inserted > 0 ? Math.Min(_keep, run) : 0;
        }
        else
        {
            run = TakeEach(leader, run);
        }

        _steps += leader.Advance(run);
        foreach (LiveCursor cursor in _sharing)
        {
            _steps += cursor.Advance(run);
        }
    }

    /// <summary>Takes events of a stretch while more are wanted. Returns how many were looked at.</summary>
    private int TakeEach(LiveCursor leader, int run)
    {
        int done = 0;
        for (; done < run && _keep > 0 && _wanted > 0; done++)
        {
            RowKey key = leader.Key(done);
            if (key.Time < _bounds.From)
            {
                break;
            }

            GetExistence(leader, done, out ulong inserted, out ulong retracted);
            _keep -= inserted > 0 ? 1 : 0;
            if (inserted > retracted && key.Time < _bounds.To)
            {
                TakeOne(leader, done, key, retracted);
            }
        }

        return done;
    }

    private void TakeOne(LiveCursor leader, int offset, in RowKey key, ulong retracted)
    {
        if (retracted > 0)
        {
            _stage.Retracted.Add(new RetractedRow(_stage.Count, retracted));
        }

        _wanted--;
        _hasTaken = true;
        _stage.Times.Add(key.Time);
        _stage.Ids.Add(key.Id);
        LiveCursor holder = Holder(leader, offset);
        _taken.Add(holder.Key(offset));
        AddCopy(leader, holder, offset);
        foreach (LiveCursor cursor in _sharing)
        {
            AddCopy(cursor, holder, offset);
        }
    }

    /// <summary>A cursor whose source inserted the event. It is preferred, so that rows of one source stay together.</summary>
    private LiveCursor Holder(LiveCursor leader, int offset)
    {
        for (int i = 0; i < _sharing.Count && !leader.IsInserted(offset); i++)
        {
            leader = _sharing[i];
        }

        return leader;
    }

    private void AddCopy(LiveCursor cursor, LiveCursor holder, int offset)
    {
        if (cursor != holder)
        {
            AddDuplicate(cursor.Key(offset));
        }
    }

    private void AddDuplicate(in RowKey key)
    {
        duplicates.Add(new DuplicateRow(_slot, key));
        _stage.HasDuplicates = true;
    }

    private void GetExistence(LiveCursor leader, int offset, out ulong inserted, out ulong retracted)
    {
        inserted = 0;
        retracted = 0;
        leader.RaiseExistence(offset, ref inserted, ref retracted);
        foreach (LiveCursor cursor in _sharing)
        {
            cursor.RaiseExistence(offset, ref inserted, ref retracted);
        }
    }

    private static RowKey KeyOf(LiveCursor cursor) => new(cursor.Time, cursor.Id, 0, 0);
}
