using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Merges the chosen rows of several event types by time: newest first, ties by event type id.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class StageMerger
{
    private readonly PooledList<int> _next = new();

    /// <summary>Appends the newest <paramref name="last"/> keys over all stages to the answer, and cuts each stage to what was used of it.</summary>
    /// <param name="stages">Per event type, in the order of their ids.</param>
    /// <param name="types">The event types of the stages.</param>
    /// <param name="last">How many rows at most.</param>
    /// <param name="buffer">Receives times, ids and event types.</param>
    /// <param name="slots">Receives which stage each row comes from.</param>
    public void Merge(ReadOnlySpan<TypeStage> stages, QueryType[] types, int last, SequenceBuffer buffer, PooledList<int> slots)
    {
        _next.Clear();
        _next.Extend(stages.Length).Clear();
        Span<int> next = _next.Span;
        for (int newest; slots.Count < last && (newest = Newest(stages, next)) >= 0;)
        {
            TypeStage stage = stages[newest];
            int row = next[newest]++;
            buffer.Times.Add(stage.Times[row]);
            buffer.Ids.Add(stage.Ids[row]);
            buffer.EventTypes.Add(types[newest].EventType.Id);
            slots.Add(newest);
        }

        for (int i = 0; i < stages.Length; i++)
        {
            stages[i].Truncate(next[i]);
        }
    }

    private static int Newest(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> next)
    {
        int newest = -1;
        long time = 0;
        for (int i = 0; i < stages.Length; i++)
        {
            ReadOnlySpan<long> times = stages[i].Times.Span;
            if (next[i] < times.Length && (newest < 0 || times[next[i]] > time))
            {
                newest = i;
                time = times[next[i]];
            }
        }

        return newest;
    }
}
