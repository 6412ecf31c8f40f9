using Signals.Storage.Heads;
using Signals.Storage.MemTables;
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
    private readonly HeadCache? _heads;
    private readonly HeadMaker? _headMaker;
    private readonly HeadMerger? _headMerger;
    private TypeStage[] _stages = [];

    /// <param name="buffer">Receives the sequences.</param>
    /// <param name="heads">Answers what it can; null when there are no heads.</param>
    public SequenceAssembler(SequenceBuffer buffer, HeadCache? heads)
    {
        _buffer = buffer;
        _heads = heads;
        _headMaker = heads is null ? null : new HeadMaker(heads);
        _headMerger = heads is null ? null : new HeadMerger(heads);
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
                + _typeReader.HeldBytes + _gatherer.HeldBytes + _stamped.HeldBytes + (_headMaker?.HeldBytes ?? 0)
                + (_headMerger?.HeldBytes ?? 0);
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
        UserRead read = new(view, user, erasedTo, nowMs, _buffer.Query, limits);
        try
        {
            if (_heads is not null && !read.IsOneNewestFirst && AppendHeads(read))
            {
                return;
            }

            HeadAnswer answer = _heads is not null && read.IsOneNewestFirst ? AppendHead(_heads, read) : HeadAnswer.Missing;
            if (answer != HeadAnswer.Complete)
            {
                AppendMerged(read, answer);
            }
        }
        catch (Exception error) when (AnswerTooLargeException.IsCausedBy(error))
        {
            throw new AnswerTooLargeException(
                $"a query for {read.Query.Columns.Length} columns of {read.Query.Types.Length} event types", error);
        }
    }

    /// <summary>Appends the sequence from memtables and tables, and of several types from heads where they answer.</summary>
    private void AppendMerged(in UserRead read, HeadAnswer answer)
    {
        SequenceQuery query = read.Query;
        bool isOne = read.IsOneNewestFirst;
        try
        {
            int first = _buffer.Times.Count;
            HeadMark mark = _heads is not null && isOne
                ? HeadCatchUp.Mark(read.View.Active, read.User, read.User.Hash64, query.Types[0].EventType.Id)
                : default;
            bool known = Choose(read);
            _stages[0].Head = isOne ? answer : _stages[0].Head;
            Collect(read.View, read.User, query);
            MergeDuplicates(query, first);
            Finish(known);
            if (_headMaker is not null)
            {
                MakeHeads(_headMaker, read, mark, first);
            }
        }
        finally
        {
            _holders.Release();
            _stamped.Release();
            _typeReader.Release();
            _readAhead.Release();
        }
    }

    /// <summary>Appends the sequence straight from the user's head, or nothing when it does not have all of it.</summary>
    private HeadAnswer AppendHead(HeadCache heads, in UserRead read)
    {
        RowTarget target = new(_buffer.Times, _buffer.Ids, _buffer.Columns);
        int first = target.Count;
        HeadAnswer answer = HeadReader.Read(heads, read, slot: 0, target, out bool known);
        if (answer == HeadAnswer.Complete)
        {
            _buffer.EventTypes.Extend(target.Count - first).Fill(read.Query.Types[0].EventType.Id);
            Finish(known);
        }

        return answer;
    }

    /// <summary>Appends the sequence straight from the heads of all its types, or nothing when they do not have all of it.</summary>
    private bool AppendHeads(in UserRead read)
    {
        bool isDone = _headMerger!.TryAppend(read, _buffer, out bool known);
        if (isDone)
        {
            Finish(known);
        }

        return isDone;
    }

    private void MakeHeads(HeadMaker maker, in UserRead read, HeadMark mark, int first)
    {
        for (int slot = 0; slot < read.Query.Types.Length; slot++)
        {
            if (!maker.ShouldMake(read, slot, _stages[slot].Head, _stages[slot].Count))
            {
                continue;
            }

            bool isAnswer = read.IsOneNewestFirst && _buffer.Early == read.Query.Columns.Length;
            if (isAnswer && maker.IsEnough(read, _buffer.Times.Count - first))
            {
                maker.MakeFrom(read, mark, _buffer, first);
            }
            else
            {
                maker.Make(read, slot);
            }
        }
    }

    private void Collect(ReadView view, in UserId user, SequenceQuery query)
    {
        bool isOne = query.Types.Length == 1 && _buffer.Early == query.Columns.Length && !_stages[0].IsFromHead;
        if (!isOne)
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
    }

    private void Finish(bool known)
    {
        _buffer.Ends.Add(_buffer.Times.Count);
        _buffer.Statuses.Add(known ? SequenceStatus.Complete : SequenceStatus.UnknownUser);
    }

    private bool Choose(in UserRead read)
    {
        _holders.Clear();
        _duplicates.Clear();
        ReserveStages(read.Query.Types.Length);
        bool known = false;
        bool all = ReadHeads(read, ref known);
        if (!all)
        {
            _readAhead.Start(read);
        }

        for (int slot = 0; slot < read.Query.Types.Length && !all; slot++)
        {
            if (!_stages[slot].IsFromHead)
            {
                TimeBounds bounds = read.BoundsOf(slot, out long hiddenTo);
                known |= _typeReader.Read(read.View, read.User, hiddenTo, read.Query.Types[slot], slot, bounds, _stages[slot]);
            }
        }

        return known;
    }

    /// <summary>Fills the stages of the types that the user's heads answer. True when these are all.</summary>
    private bool ReadHeads(in UserRead read, ref bool known)
    {
        bool all = _heads is not null;
        ulong hash = read.User.Hash64;
        foreach (QueryType type in read.Query.Types)
        {
            _heads?.Prefetch(MemIndex.Hash(hash, type.EventType.Id));
        }

        for (int slot = 0; slot < read.Query.Types.Length; slot++)
        {
            TypeStage stage = _stages[slot];
            stage.Clear();
            stage.Head = HeadAnswer.Missing;
            if (_heads is null || read.IsOneNewestFirst)
            {
                all = false; // a single type, newest first, was tried before
                continue;
            }

            RowTarget target = new(stage.Times, stage.Ids, stage.ResetColumns(read.Query.Columns));
            stage.Head = HeadReader.Read(_heads, read, slot, target, out bool isKnown);
            stage.IsComplete = stage.IsFromHead;
            stage.Gathered = stage.IsFromHead ? read.Query.Columns.Length : 0;
            known |= isKnown && stage.IsFromHead;
            all &= stage.IsFromHead;
        }

        return all;
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
            if (stage.IsFromHead)
            {
                continue;
            }

            bool isStamped = _stamped.IsNeeded(view, user, type, stage);
            int columns = isStamped || stage.HasDuplicates ? query.Columns.Length : _buffer.Early;
            Gather(query, slot, isStamped, columns);
            if (columns < query.Columns.Length)
            {
                _buffer.Late.Add(type, _holders, stage.Slices.Span, _merger.PlacesOf(slot), first);
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
