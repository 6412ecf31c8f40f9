using System.Runtime.CompilerServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Merges the times of several event types: newest first, equal times in the order in which the types were added. It tells for each row of
/// a type which row of the answer it becomes.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Neighbouring runs are merged two at a time, so equal times keep the order of the
/// types. The loop has no branch that could be mispredicted, because the type of the next row cannot be foreseen.
/// </remarks>
internal sealed class TimeMerger
{
    private readonly PooledList<int> _starts = new();
    private readonly PooledList<int> _used = new();
    private readonly PooledList<int> _places = new();
    private PooledList<long> _times = new();
    private PooledList<long> _mergedTimes = new();
    private PooledList<int> _rows = new();
    private PooledList<int> _mergedRows = new();
    private PooledList<int> _ends = new();
    private PooledList<int> _mergedEnds = new();

    /// <summary>How many rows the last merge returned.</summary>
    public int Count => _times.Count;

    public long HeldBytes => _starts.HeldBytes + _used.HeldBytes + _places.HeldBytes + _times.HeldBytes + _mergedTimes.HeldBytes
        + _rows.HeldBytes + _mergedRows.HeldBytes + _ends.HeldBytes + _mergedEnds.HeldBytes;

    /// <summary>The merged times, newest first. Valid until the next call of <see cref="Clear"/>.</summary>
    public ReadOnlySpan<long> Times => _times.Span;

    /// <summary>Removes the types.</summary>
    public void Clear()
    {
        _starts.Clear();
        _times.Clear();
        _ends.Clear();
    }

    /// <summary>Adds a type.</summary>
    /// <param name="times">The times of its rows, newest first.</param>
    public void Add(ReadOnlySpan<long> times)
    {
        _starts.Add(_times.Count);
        if (!times.IsEmpty)
        {
            times.CopyTo(_times.Extend(times.Length));
            _ends.Add(_times.Count);
        }
    }

    /// <summary>Merges the newest rows over all types.</summary>
    /// <param name="last">How many rows at most.</param>
    /// <param name="oldestFirst">Whether the answer is in the reverse order of the types.</param>
    public void Merge(int last, bool oldestFirst)
    {
        Span<int> rows = Rows();
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }

        _places.Clear();
        _places.Extend(rows.Length).Fill(-1);
        while (_ends.Count > 1)
        {
            MergeNeighbours(last);
        }

        Place(oldestFirst);
    }

    /// <summary>
    /// The row of the answer that each row of a type became, without the rows that the answer does not have. The rows of this user count
    /// from 0.
    /// </summary>
    public ReadOnlySpan<int> PlacesOf(int slot) => _places.Span.Slice(_starts[slot], _used[slot]);

    private Span<int> Rows()
    {
        _rows.Clear();
        return _rows.Extend(_times.Count);
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

    private void Place(bool oldestFirst)
    {
        ReadOnlySpan<int> rows = _rows.Span;
        Span<int> places = _places.Span;
        for (int row = 0; row < rows.Length; row++)
        {
            places[rows[row]] = oldestFirst ? rows.Length - 1 - row : row;
        }

        _used.Clear();
        for (int slot = 0; slot < _starts.Count; slot++)
        {
            int end = slot + 1 < _starts.Count ? _starts[slot + 1] : places.Length;
            int used = places[_starts[slot]..end].IndexOf(-1);
            _used.Add(used < 0 ? end - _starts[slot] : used);
        }
    }
}
