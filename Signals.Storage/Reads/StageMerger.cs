using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Merges the chosen rows of several event types by time: newest first, equal times by event type id.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class StageMerger
{
    private readonly TimeMerger _times = new();

    /// <summary>How many rows the last merge returned.</summary>
    public int Count => _times.Count;

    public long HeldBytes => _times.HeldBytes;

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
        _times.Clear();
        long oldest = OldestOf(stages, last);
        foreach (TypeStage stage in stages)
        {
            ReadOnlySpan<long> times = stage.Times.Span[..Math.Min(stage.Count, last)];
            _times.Add(times[..NewestFirst.CountFrom(times, oldest)]);
        }

        _times.Merge(last, oldestFirst);
        Span<long> merged = buffer.Times.Extend(Count);
        _times.Times.CopyTo(merged);
        if (oldestFirst)
        {
            merged.Reverse();
        }

        Span<ulong> ids = buffer.Ids.Extend(Count);
        Span<ushort> eventTypes = buffer.EventTypes.Extend(Count);
        for (int slot = 0; slot < stages.Length; slot++)
        {
            ReadOnlySpan<int> places = PlacesOf(slot);
            stages[slot].Truncate(places.Length);
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
    public ReadOnlySpan<int> PlacesOf(int slot) => _times.PlacesOf(slot);

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
}
