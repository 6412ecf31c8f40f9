using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Merges the chosen rows of several event types by time: newest first, ties by event type id.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class StageMerger
{
    private readonly PooledList<int> _next = new();
    private readonly PooledList<long> _heads = new();

    /// <summary>Appends the newest <paramref name="last"/> keys over all stages to the answer, and cuts each stage to what was used of it.</summary>
    /// <param name="stages">Per event type, in the order of their ids.</param>
    /// <param name="types">The event types of the stages.</param>
    /// <param name="last">How many rows at most.</param>
    /// <param name="buffer">Receives times, ids and event types.</param>
    /// <param name="slots">Receives which stage each row comes from.</param>
    public void Merge(ReadOnlySpan<TypeStage> stages, QueryType[] types, int last, SequenceBuffer buffer, PooledList<int> slots)
    {
        int rows = Math.Min(last, Rewind(stages));
        Span<long> times = buffer.Times.Extend(rows);
        Span<ulong> ids = buffer.Ids.Extend(rows);
        Span<ushort> eventTypes = buffer.EventTypes.Extend(rows);
        Span<int> from = slots.Extend(rows);
        Span<int> next = _next.Span;
        Span<long> heads = _heads.Span;
        for (int row = 0; row < rows; row++)
        {
            int newest = Newest(stages, next, heads);
            TypeStage stage = stages[newest];
            int index = next[newest]++;
            times[row] = heads[newest];
            ids[row] = stage.Ids.Span[index];
            eventTypes[row] = types[newest].EventType.Id;
            from[row] = newest;
            if (next[newest] < stage.Count)
            {
                heads[newest] = stage.Times.Span[next[newest]];
            }
        }

        for (int i = 0; i < stages.Length; i++)
        {
            stages[i].Truncate(next[i]);
        }
    }

    /// <summary>The stage with the newest head; the first of those when several are as new. There is one.</summary>
    private static int Newest(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> next, ReadOnlySpan<long> heads)
    {
        int newest = -1;
        for (int i = 0; i < stages.Length; i++)
        {
            if (next[i] < stages[i].Count && (newest < 0 || heads[i] > heads[newest]))
            {
                newest = i;
            }
        }

        return newest;
    }

    private int Rewind(ReadOnlySpan<TypeStage> stages)
    {
        int rows = 0;
        _next.Clear();
        _heads.Clear();
        foreach (TypeStage stage in stages)
        {
            _next.Add(0);
            _heads.Add(stage.Count > 0 ? stage.Times[0] : 0);
            rows += stage.Count;
        }

        return rows;
    }
}
