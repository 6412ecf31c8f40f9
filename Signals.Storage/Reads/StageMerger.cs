using System.Runtime.CompilerServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Merges the chosen rows of several event types by time: newest first, equal times by event type id.</summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Neighbouring runs are merged two at a time, so equal times keep the
/// order of the stages. The loop has no branch that could be mispredicted, because the type of the next row cannot be foreseen.
/// </remarks>
internal sealed class StageMerger
{
    private readonly PooledList<int> _starts = new();
    private readonly PooledList<int> _places = new();
    private PooledList<long> _times = new();
    private PooledList<long> _mergedTimes = new();
    private PooledList<int> _rows = new();
    private PooledList<int> _mergedRows = new();
    private PooledList<int> _ends = new();
    private PooledList<int> _mergedEnds = new();

    /// <summary>How many rows the last merge returned.</summary>
    public int Count => _times.Count;

    public long HeldBytes => _starts.HeldBytes + _places.HeldBytes + _times.HeldBytes + _mergedTimes.HeldBytes + _rows.HeldBytes
        + _mergedRows.HeldBytes + _ends.HeldBytes + _mergedEnds.HeldBytes;

    /// <summary>
    /// Appends the newest <paramref name="last"/> keys over all stages to the answer, and cuts each stage to the rows that the
    /// answer uses.
    /// </summary>
    /// <param name="stages">One for each event type, in the order of their ids.</param>
    /// <param name="types">The event types of the stages.</param>
    /// <param name="last">How many rows at most.</param>
    /// <param name="oldestFirst">Whether the answer is in the reverse order of the stages.</param>
    /// <param name="buffer">Receives times, ids and event types.</param>
    public void Merge(ReadOnlySpan<TypeStage> stages, QueryType[] types, int last, bool oldestFirst, SequenceBuffer buffer)
    {
        Concatenate(stages, last);
        while (_ends.Count > 1)
        {
            MergeNeighbours(last);
        }

        Place(stages, oldestFirst);
        Span<long> times = buffer.Times.Extend(Count);
        _times.Span.CopyTo(times);
        if (oldestFirst)
        {
            times.Reverse();
        }

        Span<ulong> ids = buffer.Ids.Extend(Count);
        Span<ushort> eventTypes = buffer.EventTypes.Extend(Count);
        for (int slot = 0; slot < stages.Length; slot++)
        {
            ReadOnlySpan<int> places = PlacesOf(slot, stages[slot]);
            ReadOnlySpan<ulong> stageIds = stages[slot].Ids.Span[..places.Length];
            ushort eventType = types[slot].EventType.Id;
            for (int i = 0; i < places.Length; i++)
            {
                ids[places[i]] = stageIds[i];
                eventTypes[places[i]] = eventType;
            }
        }
    }

    /// <summary>The row of the answer that each row of a stage became. The rows of this user count from 0.</summary>
    public ReadOnlySpan<int> PlacesOf(int slot, TypeStage stage) => _places.Span.Slice(_starts[slot], stage.Count);

    private void Concatenate(ReadOnlySpan<TypeStage> stages, int last)
    {
        _starts.Clear();
        _times.Clear();
        _ends.Clear();
        long oldest = OldestOf(stages, last);
        foreach (TypeStage stage in stages)
        {
            ReadOnlySpan<long> times = stage.Times.Span[..Math.Min(stage.Count, last)];
            times = times[..CountFrom(times, oldest)];
            _starts.Add(_times.Count);
            if (!times.IsEmpty)
            {
                times.CopyTo(_times.Extend(times.Length));
                _ends.Add(_times.Count);
            }
        }

        _rows.Clear();
        Span<int> rows = _rows.Extend(_times.Count);
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }

        _places.Clear();
        _places.Extend(rows.Length).Fill(-1);
    }

    /// <summary>A time such that no row of the answer is older: one stage alone has enough rows that are not older.</summary>
    private static long OldestOf(ReadOnlySpan<TypeStage> stages, int last)
    {
        long oldest = long.MinValue;
        foreach (TypeStage stage in stages)
        {
            oldest = stage.Count >= last ? Math.Max(oldest, stage.Times[last - 1]) : oldest;
        }

        return oldest;
    }

    /// <summary>How many of the given times, newest first, are not before a time.</summary>
    private static int CountFrom(ReadOnlySpan<long> times, long time)
    {
        int low = 0;
        int high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = times[middle] >= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void MergeNeighbours(int last)
    {
        _mergedTimes.Clear();
        _mergedRows.Clear();
        _mergedEnds.Clear();
        int start = 0;
        for (int run = 0; run < _ends.Count; run += 2)
        {
            int middle = _ends[run];
            int end = run + 1 < _ends.Count ? _ends[run + 1] : middle;
            int count = Math.Min(end - start, last);
            Merge(
                _times.Span[start..middle], _rows.Span[start..middle], _times.Span[middle..end], _rows.Span[middle..end],
                _mergedTimes.Extend(count), _mergedRows.Extend(count));
            _mergedEnds.Add(_mergedTimes.Count);
            start = end;
        }

        (_times, _mergedTimes) = (_mergedTimes, _times);
        (_rows, _mergedRows) = (_mergedRows, _rows);
        (_ends, _mergedEnds) = (_mergedEnds, _ends);
    }

    /// <summary>Merges two runs, up to the room in the output. Of equal times those of the first run come first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // so that the loop has the registers for itself
    private static void Merge(
        ReadOnlySpan<long> firstTimes, ReadOnlySpan<int> firstRows, ReadOnlySpan<long> secondTimes, ReadOnlySpan<int> secondRows,
        Span<long> times, Span<int> rows)
    {
        int i = 0;
        int j = 0;
        int count = 0;
        firstRows = firstRows[..firstTimes.Length];
        secondRows = secondRows[..secondTimes.Length];
        rows = rows[..times.Length];
        while ((uint)count < (uint)times.Length && (uint)i < (uint)firstTimes.Length && (uint)j < (uint)secondTimes.Length)
        {
            long first = firstTimes[i];
            long second = secondTimes[j];
            int fromSecond = second > first ? 1 : 0;
            times[count] = first ^ ((first ^ second) & -(long)fromSecond);
            rows[count] = firstRows[i] ^ ((firstRows[i] ^ secondRows[j]) & -fromSecond);
            count++;
            i += 1 - fromSecond;
            j += fromSecond;
        }

        Append(firstTimes[i..], firstRows[i..], times, rows, ref count);
        Append(secondTimes[j..], secondRows[j..], times, rows, ref count);
    }

    private static void Append(ReadOnlySpan<long> times, ReadOnlySpan<int> rows, Span<long> toTimes, Span<int> toRows, ref int count)
    {
        int room = Math.Min(times.Length, toTimes.Length - count);
        times[..room].CopyTo(toTimes[count..]);
        rows[..room].CopyTo(toRows[count..]);
        count += room;
    }

    private void Place(ReadOnlySpan<TypeStage> stages, bool oldestFirst)
    {
        ReadOnlySpan<int> rows = _rows.Span;
        Span<int> places = _places.Span;
        for (int row = 0; row < rows.Length; row++)
        {
            places[rows[row]] = oldestFirst ? rows.Length - 1 - row : row;
        }

        for (int slot = 0; slot < stages.Length; slot++)
        {
            int end = slot + 1 < stages.Length ? _starts[slot + 1] : places.Length;
            int used = places[_starts[slot]..end].IndexOf(-1);
            stages[slot].Truncate(used < 0 ? end - _starts[slot] : used);
        }
    }
}
