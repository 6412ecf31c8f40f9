using System.Diagnostics;
using Signals.Core.Columns;

namespace Signals.Storage.Compaction;

/// <summary>
/// Merges runs of one user and event type that are in table order (time descending, id ascending) into one run. It merges rows of
/// the same identity register by register, so the result does not depend on the order of merging. Thread contract: one thread at
/// a time; reused for any number of users, without allocating.
/// </summary>
internal sealed class RowMerger
{
    /// <summary>How many rows were merged into a row of the same identity so far.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Whether rows [start, start + count) are in table order and free of duplicates.</summary>
    public static bool IsMerged(RowBuffer rows, int start, int count)
    {
        ReadOnlySpan<long> times = rows.Times.Slice(start, count);
        ReadOnlySpan<ulong> ids = rows.Ids.Slice(start, count);
        for (int i = 1; i < times.Length; i++)
        {
            if (!Precedes(times[i - 1], ids[i - 1], times[i], ids[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Appends the merge of several runs to <paramref name="destination"/>. Each run is in table order and free of duplicates.
    /// The runs follow one another in <paramref name="rows"/>.
    /// </summary>
    /// <param name="rows">All rows of one user; not the same buffer as the destination.</param>
    /// <param name="runEnds">Where each run ends, ascending; the last is the row count.</param>
    /// <param name="destination">Receives unique rows in table order.</param>
    public void Merge(RowBuffer rows, ReadOnlySpan<int> runEnds, RowBuffer destination)
    {
        Debug.Assert(runEnds.Length > 0 && runEnds[^1] == rows.Count, "The runs cover all rows.");
        Span<int> heads = stackalloc int[runEnds.Length];
        heads[0] = 0;
        runEnds[..^1].CopyTo(heads[1..]);
        int firstOut = destination.Count;
        while (TryFindLeader(rows, heads, runEnds, out int leader, out int rival))
        {
            int end = rival < 0 ? runEnds[leader] : EndOfLead(rows, heads[leader], runEnds[leader], heads[rival]);
            Append(rows, heads[leader], end - heads[leader], destination, firstOut);
            heads[leader] = end;
        }
    }

    private static bool Precedes(long time, ulong id, long otherTime, ulong otherId) =>
        time > otherTime || (time == otherTime && id < otherId);

    // The leader is the run whose head comes first; the rival is the run whose head comes next. Up to the rival's head the
    // leader's rows need no comparison.
    private static bool TryFindLeader(
        RowBuffer rows, ReadOnlySpan<int> heads, ReadOnlySpan<int> ends, out int leader, out int rival)
    {
        leader = -1;
        rival = -1;
        Span<long> times = rows.Times;
        Span<ulong> ids = rows.Ids;
        for (int i = 0; i < heads.Length; i++)
        {
            int head = heads[i];
            if (head == ends[i])
            {
                continue;
            }

            if (leader < 0 || Precedes(times[head], ids[head], times[heads[leader]], ids[heads[leader]]))
            {
                rival = leader;
                leader = i;
            }
            else if (rival < 0 || Precedes(times[head], ids[head], times[heads[rival]], ids[heads[rival]]))
            {
                rival = i;
            }
        }

        return leader >= 0;
    }

    // The leader keeps the lead until its first row that comes after the rival's head. Its own head never does.
    private static int EndOfLead(RowBuffer rows, int head, int end, int rivalHead)
    {
        Span<long> times = rows.Times;
        Span<ulong> ids = rows.Ids;
        long time = times[rivalHead];
        ulong id = ids[rivalHead];
        int next = head + 1;
        while (next < end && Precedes(times[next], ids[next], time, id))
        {
            next++;
        }

        return next;
    }

    // Duplicates are adjacent, each at the head of its run, so only the first row can repeat the last one.
    private void Append(RowBuffer rows, int start, int count, RowBuffer destination, int firstOut)
    {
        int last = destination.Count - 1;
        if (last >= firstOut && destination.Times[last] == rows.Times[start] && destination.Ids[last] == rows.Ids[start])
        {
            destination.MergeIntoLast(rows, start);
            Duplicates++;
            start++;
            count--;
        }

        if (count > 0)
        {
            destination.AppendRows(rows, start, count);
        }
    }
}
