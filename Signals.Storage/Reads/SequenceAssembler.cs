using Signals.Storage.Compaction;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>
/// Builds one user's sequence at the end of a <see cref="SequenceBuffer"/>: chooses rows per type, merges the types, and gathers
/// the columns.
/// </summary>
/// <remarks>Thread contract: owned by one read at a time. The caller is inside a read epoch for the whole call.</remarks>
internal sealed class SequenceAssembler
{
    private readonly SequenceBuffer _buffer;
    private readonly PooledList<RowHolder> _holders = new();
    private readonly PooledList<DuplicateRow> _duplicates = new();
    private readonly ReadAhead _readAhead = new();
    private readonly StageMerger _merger = new();
    private readonly TypeReader _typeReader;
    private readonly ColumnGatherer _gatherer;
    private readonly StampedStage _stamped;
    private TypeStage[] _stages = [];

    public SequenceAssembler(SequenceBuffer buffer)
    {
        _buffer = buffer;
        _typeReader = new TypeReader(_holders, _duplicates);
        _gatherer = new ColumnGatherer(_holders);
        _stamped = new StampedStage(_gatherer, _duplicates);
    }

    /// <summary>Bytes of scratch memory that reads have grown.</summary>
    public long HeldBytes
    {
        get
        {
            long bytes = _holders.HeldBytes + _duplicates.HeldBytes + _merger.HeldBytes
                + _typeReader.HeldBytes + _gatherer.HeldBytes + _stamped.HeldBytes;
            foreach (TypeStage stage in _stages)
            {
                bytes += stage.HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>See <see cref="HolderReader.RowsVisited"/>.</summary>
    public long RowsVisited => _typeReader.RowsVisited;

    /// <summary>
    /// Appends the sequence of <paramref name="user"/>. If it throws, the content of the buffer must not be used.
    /// </summary>
    /// <param name="view">What to read.</param>
    /// <param name="user">The user whose events are read.</param>
    /// <param name="erasedTo">Newest erased time of the user; <see cref="ErasureSet.NoCutoff"/> for none.</param>
    /// <param name="nowMs">The current time, for the age limits.</param>
    /// <param name="limits">What this read asks of each type within the query; empty for everything.</param>
    /// <exception cref="AnswerTooLargeException">The answer does not fit into memory.</exception>
    public void Append(ReadView view, in UserId user, long erasedTo, long nowMs, ReadOnlySpan<TypeLimits> limits)
    {
        SequenceQuery query = _buffer.Query;
        try
        {
            bool known = Choose(view, user, erasedTo, nowMs, query, limits);
            int first = _buffer.Times.Count;
            if (query.Types.Length > 1 || _buffer.Early < query.Columns.Length)
            {
                CollectMerged(view, user, query);
            }
            else if (_stamped.IsNeeded(view, user, query.Types[0], _stages[0]))
            {
                CollectStamped(query);
            }
            else
            {
                CollectOne(query);
            }

            MergeDuplicates(query, first);
            _buffer.Ends.Add(_buffer.Times.Count);
            _buffer.Statuses.Add(known ? SequenceStatus.Complete : SequenceStatus.UnknownUser);
        }
        catch (Exception error) when (AnswerTooLargeException.IsCausedBy(error))
        {
            throw new AnswerTooLargeException($"a query for {query.Columns.Length} columns of {query.Types.Length} event types", error);
        }
        finally
        {
            _holders.Release();
            _stamped.Release();
            _typeReader.Release();
            _readAhead.Release();
        }
    }

    private bool Choose(ReadView view, in UserId user, long erasedTo, long nowMs, SequenceQuery query, ReadOnlySpan<TypeLimits> limits)
    {
        _holders.Clear();
        _duplicates.Clear();
        ReserveStages(query.Types.Length);
        _readAhead.Start(view, user, query, limits);
        bool known = false;
        for (int slot = 0; slot < query.Types.Length; slot++)
        {
            QueryType type = query.Types[slot];
            long hiddenTo = erasedTo;
            if (type.EventType.MaxAge is not null)
            {
                hiddenTo = Math.Max(hiddenTo, Retention.OldestKept(type.EventType, nowMs) - 1);
            }

            TypeLimits asked = limits.IsEmpty ? new TypeLimits(query.FromMs, query.ToMs, type.Last) : limits[slot];
            long from = hiddenTo == ErasureSet.NoCutoff ? asked.FromMs : Math.Max(asked.FromMs, hiddenTo + 1);
            TimeBounds bounds = new(from, asked.ToMs, type.EventType.KeepLast, asked.Last);
            known |= _typeReader.Read(view, user, hiddenTo, type, slot, bounds, _stages[slot]);
        }

        return known;
    }

    /// <summary>Collects a single type from its slices, which it reverses if the oldest event comes first.</summary>
    private void CollectOne(SequenceQuery query)
    {
        TypeStage stage = _stages[0];
        int first = _buffer.Times.Count;
        stage.Times.Span.CopyTo(_buffer.Times.Extend(stage.Count));
        stage.Ids.Span.CopyTo(_buffer.Ids.Extend(stage.Count));
        _buffer.EventTypes.Extend(stage.Count).Fill(query.Types[0].EventType.Id);
        if (query.Order == SequenceOrder.OldestFirst)
        {
            ReverseKeys(first);
            Span<RowSlice> slices = stage.Slices.Span;
            slices.Reverse();
            foreach (ref RowSlice slice in slices)
            {
                slice = slice.Reversed();
            }
        }

        _gatherer.Gather(query.Types[0], stage.Slices.Span, _buffer.Columns);
    }

    /// <summary>Collects a single type whose stamps matter. Its patches were found before.</summary>
    private void CollectStamped(SequenceQuery query)
    {
        MergeKeys(query);
        Gather(query, slot: 0, isStamped: true, query.Columns.Length);
        Interleave(query);
    }

    /// <summary>Collects several types: gathers each by itself, then puts them together in the order of time.</summary>
    private void CollectMerged(ReadView view, in UserId user, SequenceQuery query)
    {
        int first = _buffer.Times.Count;
        MergeKeys(query);
        for (int slot = 0; slot < query.Types.Length; slot++)
        {
            // All copies of an event are needed at once when they are merged column by column, so such a type gathers no column
            // late.
            QueryType type = query.Types[slot];
            TypeStage stage = _stages[slot];
            bool isStamped = _stamped.IsNeeded(view, user, type, stage);
            int columns = isStamped || stage.HasDuplicates ? query.Columns.Length : _buffer.Early;
            Gather(query, slot, isStamped, columns);
            if (columns < query.Columns.Length)
            {
                _buffer.Late.Add(type, _holders, stage.Slices.Span, _merger.PlacesOf(slot, stage), first);
            }
        }

        Interleave(query);
    }

    /// <summary>Appends the keys of the answer and cuts each stage to the rows that the answer uses.</summary>
    private void MergeKeys(SequenceQuery query) =>
        _merger.Merge(StagesOf(query), query.Types, query.Last, query.Order == SequenceOrder.OldestFirst, _buffer);

    private void Interleave(SequenceQuery query) => ColumnInterleaver.Interleave(StagesOf(query), _merger, _buffer.Columns);

    private ReadOnlySpan<TypeStage> StagesOf(SequenceQuery query) => _stages.AsSpan(0, query.Types.Length);

    private void Gather(SequenceQuery query, int slot, bool isStamped, int count)
    {
        TypeStage stage = _stages[slot];
        ReadOnlySpan<ColumnOutput> columns = stage.ResetColumns(query.Columns);
        _gatherer.Gather(query.Types[slot], stage.Slices.Span, columns[..count]);
        stage.Gathered = count;
        stage.IsComplete = isStamped;
        if (isStamped)
        {
            _stamped.Complete(query.Types[slot], slot, stage, columns);
        }
    }

    private void ReverseKeys(int first)
    {
        _buffer.Times.Span[first..].Reverse();
        _buffer.Ids.Span[first..].Reverse();
        _buffer.EventTypes.Span[first..].Reverse();
    }

    private void MergeDuplicates(SequenceQuery query, int first)
    {
        foreach (ref readonly DuplicateRow duplicate in _duplicates.Span)
        {
            if (_stages[duplicate.TypeSlot].IsComplete)
            {
                continue;
            }

            QueryType type = query.Types[duplicate.TypeSlot];
            int row = Find(type.EventType.Id, duplicate.Key, first, query.Order);
            if (row >= 0)
            {
                _gatherer.MergeDuplicate(type, duplicate.Key, row, _buffer.Columns);
            }
        }
    }

    /// <summary>The row of this identity in the answer, or -1 when the answer does not contain it.</summary>
    private int Find(ushort eventType, in RowKey key, int first, SequenceOrder order)
    {
        ReadOnlySpan<long> times = _buffer.Times.Span[first..];
        int low = 0;
        int high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool before = order == SequenceOrder.NewestFirst ? times[middle] > key.Time : times[middle] < key.Time;
            (low, high) = before ? (middle + 1, high) : (low, middle);
        }

        for (; low < times.Length && times[low] == key.Time; low++)
        {
            if (_buffer.Ids[first + low] == key.Id && _buffer.EventTypes[first + low] == eventType)
            {
                return first + low;
            }
        }

        return -1;
    }

    private void ReserveStages(int count)
    {
        int had = _stages.Length;
        if (had < count)
        {
            Array.Resize(ref _stages, count);
            for (int i = had; i < count; i++)
            {
                _stages[i] = new TypeStage();
            }
        }
    }
}
