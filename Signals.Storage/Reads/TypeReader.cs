using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Chooses the rows of one event type. It walks the type's clusters from the newest. It takes a cluster of one sorted source in
/// one piece, merges other clusters row by row, and stops as soon as no older source can change the answer.
/// <see cref="LiveRows"/> handles a cluster when a source has rows that were retracted or never inserted, or when the query ends
/// before the newest event.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused; allocates only to grow. Invariant: the rows taken are the newest
/// distinct visible events, time descending and id ascending. Retracted events count towards last-N all the same. A second copy
/// of an identity goes to the duplicate list, so that its columns can be merged.
/// </remarks>
internal sealed class TypeReader(PooledList<RowHolder> holders, PooledList<DuplicateRow> duplicates)
{
    private readonly HolderWalk _walk = new(holders);
    private readonly HolderReader _reader = new();
    private readonly LiveRows _live = new(holders, duplicates);
    private PooledList<RowKey> _merged = new();
    private PooledList<RowKey> _spare = new();
    private readonly PooledList<RowKey> _incoming = new();
    private QueryType _type = null!;
    private TypeStage _stage = null!;
    private TimeBounds _bounds;
    private int _slot;
    private int _keep;
    private int _wanted;

    /// <summary>See <see cref="HolderReader.RowsVisited"/>.</summary>
    public long RowsVisited => _reader.RowsVisited + _live.Steps;

    public long HeldBytes => _merged.HeldBytes + _spare.HeldBytes + _incoming.HeldBytes + _reader.HeldBytes
        + _live.HeldBytes;

    /// <summary>Forgets what the last read looked at.</summary>
    public void Release()
    {
        _walk.Release();
        _live.Release();
    }

    /// <summary>Fills <paramref name="stage"/>. Returns false when the store holds nothing of the user for this type.</summary>
    public bool Read(ReadView view, in UserId user, long hiddenTo, QueryType type, int slot, in TimeBounds bounds, TypeStage stage)
    {
        _type = type;
        _stage = stage;
        _bounds = bounds;
        _slot = slot;
        _keep = bounds.Keep;
        _wanted = bounds.Last;
        stage.Clear();
        _walk.Start(view, user, type.EventType.Id, bounds.From);
        while (_keep > 0 && _wanted > 0 && _walk.TryNext(out int first, out int count))
        {
            if (Newest(first, count) < bounds.From)
            {
                break;
            }

            bool isPlain = ArePlain(first, count);
            if (isPlain && count == 1 && holders[first].IsSorted)
            {
                TakeAsItLies(first);
            }
            else if (isPlain && (bounds.Keep < int.MaxValue || Newest(first, count) < bounds.To))
            {
                Merge(first, count);
                TakeMerged();
            }
            else
            {
                _live.Take(first, count, type, slot, bounds, ref _keep, stage);
                _wanted = bounds.Last - stage.Count;
            }
        }

        return stage.Count > 0 || _walk.AnyInsertedAfter(hiddenTo);
    }

    private bool ArePlain(int first, int count)
    {
        bool plain = true;
        foreach (ref readonly RowHolder holder in holders.Span.Slice(first, count))
        {
            plain &= holder.IsPlain;
            _stage.IsStamped |= !holder.IsStreamed;
        }

        return plain;
    }

    private long Newest(int first, int count)
    {
        long newest = long.MinValue;
        foreach (ref readonly RowHolder holder in holders.Span.Slice(first, count))
        {
            newest = Math.Max(newest, holder.Newest);
        }

        return newest;
    }

    private void TakeAsItLies(int index)
    {
        ref readonly RowHolder holder = ref holders[index];
        int skip = holder.Newest < _bounds.To ? 0 : HolderReader.CountFrom(holder, _bounds.To, _type.Early);
        int end = holder.Oldest >= _bounds.From ? holder.Count : HolderReader.CountFrom(holder, _bounds.From, _type.Early);
        Take(ref skip, ref end, out int take);
        if (take == 0)
        {
            return;
        }

        Span<long> times = _stage.Times.Extend(take);
        Span<ulong> ids = _stage.Ids.Extend(take);
        if (holder.Table is not null)
        {
            long row = holder.FirstRow + skip;
            HolderReader.CopyTableKeys(holder.Table, row, _type.Early, times, ids);
            _stage.Slices.Add(new RowSlice(index, row, take, 1));
        }
        else
        {
            TakeChunks(holder.MemRows, index, skip, times, ids);
        }
    }

    private void TakeChunks(in MemRows rows, int index, int skip, Span<long> times, Span<ulong> ids)
    {
        MemSlices slices = rows.Slices();
        while (!times.IsEmpty && slices.MoveNext())
        {
            int last = slices.Count - 1 - skip;
            if (last < 0)
            {
                skip -= slices.Count;
                continue;
            }

            skip = 0;
            int count = Math.Min(last + 1, times.Length);
            RowSlice slice = new(index, slices.Row(last), count, -1);
            MemColumnReader.CopyKeys(rows.Table, slice.Row, -1, times[..count], ids[..count]);
            _stage.Slices.Add(slice);
            times = times[count..];
            ids = ids[count..];
        }
    }

    /// <summary>
    /// Cuts [skip, end) of a cluster to what last-N and the query leave, and subtracts it from what is still wanted.
    /// </summary>
    private void Take(ref int skip, ref int end, out int take)
    {
        skip = Math.Min(skip, _keep);
        _keep -= skip;
        take = Math.Max(0, Math.Min(end - skip, Math.Min(_keep, _wanted)));
        _keep -= take;
        _wanted -= take;
    }

    /// <summary>Merges a cluster into <c>_merged</c>, with at most as many distinct rows as can still count.</summary>
    private void Merge(int first, int count)
    {
        int limit = Newest(first, count) < _bounds.To ? Math.Min(_keep, _wanted) : _keep;
        _merged.Clear();
        for (int done = 0; done < count; done++)
        {
            int index = NewestOf(first + done, count - done);
            (holders[index], holders[first + done]) = (holders[first + done], holders[index]);
            index = first + done;
            ref readonly RowHolder holder = ref holders[index];
            if (_merged.Count >= limit && _merged[limit - 1].Time > holder.Newest)
            {
                return;
            }

            _reader.LoadKeys(holder, index, limit, _type.Early, _incoming);
            MergeIncoming(limit);
        }
    }

    private int NewestOf(int first, int count)
    {
        int newest = first;
        for (int i = first + 1; i < first + count; i++)
        {
            if (holders[i].Newest > holders[newest].Newest)
            {
                newest = i;
            }
        }

        return newest;
    }

    private void MergeIncoming(int limit)
    {
        ReadOnlySpan<RowKey> a = _merged.Span;
        ReadOnlySpan<RowKey> b = _incoming.Span;
        _spare.Clear();
        int i = 0;
        int j = 0;
        while (i < a.Length || j < b.Length)
        {
            bool fromA = j == b.Length || (i < a.Length && !b[j].Precedes(a[i]));
            ref readonly RowKey next = ref fromA ? ref a[i++] : ref b[j++];
            if (_spare.Count > 0 && _spare[_spare.Count - 1].SameIdentity(next))
            {
                AddDuplicate(next);
            }
            else if (_spare.Count == limit)
            {
                break;
            }
            else
            {
                _spare.Add(next);
            }
        }

        (_merged, _spare) = (_spare, _merged);
    }

    private void AddDuplicate(in RowKey key)
    {
        duplicates.Add(new DuplicateRow(_slot, key));
        _stage.HasDuplicates = true;
    }

    private void TakeMerged()
    {
        ReadOnlySpan<RowKey> keys = _merged.Span;
        int skip = RowKeyOrder.CountFrom(keys, _bounds.To);
        int end = RowKeyOrder.CountFrom(keys, _bounds.From);
        Take(ref skip, ref end, out int take);
        Span<long> times = _stage.Times.Extend(take);
        Span<ulong> ids = _stage.Ids.Extend(take);
        keys = keys.Slice(skip, take);
        for (int i = 0; i < keys.Length; i++)
        {
            times[i] = keys[i].Time;
            ids[i] = keys[i].Id;
        }

        SliceCoalescer.Append(keys, _stage.Slices);
    }
}
