using Signals.Storage.Heads;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Answers a query of several event types, or one that wants the oldest event first, from the user's heads alone: it merges the times where
/// they lie and copies each row straight to its place in the answer.
/// </summary>
/// <remarks>Thread contract: owned by one read at a time, inside a read epoch; reused.</remarks>
internal sealed class HeadMerger(HeadCache heads)
{
    private const int MostAttempts = 4;

    private readonly TimeMerger _times = new();
    private OpenHead[] _open = [];

    public long HeldBytes => _times.HeldBytes;

    /// <summary>Appends the answer; nothing when not all of it is in heads.</summary>
    /// <param name="read">The read.</param>
    /// <param name="buffer">Receives the rows.</param>
    /// <param name="known">Whether the store holds an event of the user that is not hidden.</param>
    public bool TryAppend(in UserRead read, SequenceBuffer buffer, out bool known)
    {
        known = false;
        int types = read.Query.Types.Length;
        if (_open.Length < types)
        {
            _open = new OpenHead[types];
        }

        PrefetchHeads(read);
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            HeadAnswer answer = TryOpen(read, out known);
            if (answer == HeadAnswer.Complete)
            {
                int first = buffer.Times.Count;
                Append(read.Query, buffer);
                if (AreUnchanged(types))
                {
                    return true;
                }

                new RowTarget(buffer.Times, buffer.Ids, buffer.Columns).Truncate(first);
                buffer.EventTypes.Truncate(first);
            }
            else if (answer != HeadAnswer.Busy)
            {
                return false;
            }
        }

        return false;
    }

    private void PrefetchHeads(in UserRead read)
    {
        ulong hash = read.User.Hash64;
        foreach (QueryType type in read.Query.Types)
        {
            heads.Prefetch(MemIndex.Hash(hash, type.EventType.Id));
        }
    }

    private HeadAnswer TryOpen(in UserRead read, out bool known)
    {
        known = false;
        for (int slot = 0; slot < read.Query.Types.Length; slot++)
        {
            HeadAnswer answer = HeadReader.TryOpen(heads, read, slot, out _open[slot]);
            if (answer != HeadAnswer.Complete)
            {
                return answer;
            }

            known |= _open[slot].IsKnown;
        }

        return HeadAnswer.Complete;
    }

    private bool AreUnchanged(int types)
    {
        foreach (ref readonly OpenHead open in _open.AsSpan(0, types))
        {
            if (!open.Rows.IsUnchanged)
            {
                return false;
            }
        }

        return true;
    }

    private void Append(SequenceQuery query, SequenceBuffer buffer)
    {
        ReadOnlySpan<OpenHead> open = _open.AsSpan(0, query.Types.Length);
        bool oldestFirst = query.Order == SequenceOrder.OldestFirst;
        MergeTimes(open, query.Last, oldestFirst);
        for (int slot = 0; slot < open.Length; slot++)
        {
            // Only now it is known how many rows of each type the answer has: most heads hold several times as many.
            open[slot].Rows.PrefetchColumns(open[slot].Map.Positions, open[slot].First, _times.PlacesOf(slot).Length);
        }

        Span<long> times = buffer.Times.Extend(_times.Count);
        _times.Times.CopyTo(times);
        if (oldestFirst)
        {
            times.Reverse();
        }

        int first = buffer.EventTypes.Count;
        Span<ulong> ids = buffer.Ids.Extend(_times.Count);
        Span<ushort> eventTypes = buffer.EventTypes.Extend(_times.Count);
        for (int slot = 0; slot < open.Length; slot++)
        {
            ReadOnlySpan<int> places = _times.PlacesOf(slot);
            RowScatter.Copy(open[slot].Rows.Ids.Slice(open[slot].First, places.Length), places, ids);
            RowScatter.Fill(query.Types[slot].EventType.Id, places, eventTypes);
        }

        for (int column = 0; column < buffer.Columns.Length; column++)
        {
            buffer.Columns[column].ExtendUnset(_times.Count);
            for (int slot = 0; slot < open.Length; slot++)
            {
                Append(open[slot], column, _times.PlacesOf(slot), buffer.Columns[column], first);
            }
        }
    }

    private void MergeTimes(ReadOnlySpan<OpenHead> open, int last, bool oldestFirst)
    {
        // No row of the answer is older than the last row of a type that alone has enough.
        long oldest = long.MinValue;
        foreach (ref readonly OpenHead head in open)
        {
            oldest = head.Count >= last ? Math.Max(oldest, head.Times[last - 1]) : oldest;
        }

        _times.Clear();
        foreach (ref readonly OpenHead head in open)
        {
            ReadOnlySpan<long> times = head.Times[..Math.Min(head.Count, last)];
            _times.Add(times[..NewestFirst.CountFrom(times, oldest)]);
        }

        _times.Merge(last, oldestFirst);
    }

    private static void Append(in OpenHead head, int column, ReadOnlySpan<int> places, ColumnOutput output, int first)
    {
        int position = head.Map.Positions[column];
        if (position < 0)
        {
            foreach (int place in places)
            {
                output.SetAbsent(first + place);
            }

            return;
        }

        ReadOnlySpan<byte> states = head.Rows.States(position, head.First, places.Length);
        if (states.ContainsAnyExcept((byte)ColumnState.Value))
        {
            RowScatter.Copy(states, places, output.StatesFrom(first));
        }

        RowScatter.Copy(head.Rows.Values(position, head.First, places.Length), output.Type.Width, places, output.ValuesFrom(first));
    }
}
