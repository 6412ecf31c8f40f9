using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// Leaves events whose time the store does not accept out of a batch or group, where the options say so (decision 53).
/// </summary>
/// <remarks>
/// Thread contract: any thread. Where no event is left out nothing is copied and nothing allocated. What was given is never changed.
/// Lifetime: that of the store.
/// </remarks>
internal sealed class EventFilter(StoreContext context, RejectionCounts counts)
{
    // Time goes on between this look at the clock and that of the appender, which refuses the whole batch.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    private readonly bool _leavesOut = context.Options.RejectedEvents == RejectedEvents.LeaveOut;

    /// <summary>The events to append.</summary>
    public TakenEvents Take(IAppendable events)
    {
        if (!_leavesOut || events is EventGroup { IsAllOrNothing: true })
        {
            return new TakenEvents(events, 0, 0);
        }

        TimeSpan past = context.Options.MaxPastTime > 2 * Margin ? context.Options.MaxPastTime - Margin : context.Options.MaxPastTime;
        EventTimeRange taken = EventTimeRange.Around(context.NowMs, past, context.Options.MaxFutureTime);
        int early = 0;
        int late = 0;
        foreach (EventBatch batch in events.Batches)
        {
            foreach (long time in batch.Rows.Times)
            {
                early += time < taken.EarliestMs ? 1 : 0;
                late += time > taken.LatestMs ? 1 : 0;
            }
        }

        return early + late == 0 || IsRefused(events, early + late, taken)
            ? new TakenEvents(events, 0, 0)
            : new TakenEvents(CopyGood(events, taken), early, late);
    }

    /// <summary>Counts what was left out, once the rest was taken.</summary>
    public void Count(in TakenEvents taken)
    {
        if (taken.Early + taken.Late > 0)
        {
            counts.LeaveOut(taken.Early, taken.Late);
        }
    }

    // Nobody can be told in an acknowledgement that nothing was appended. A group still has its position; it is refused only when a
    // program seems to use another unit, which an operator has to see.
    private static bool IsRefused(IAppendable events, int bad, EventTimeRange taken)
    {
        if (bad < events.Count || events is not EventGroup)
        {
            return bad == events.Count;
        }

        foreach (EventBatch batch in events.Batches)
        {
            if (batch.Count > 0 && TimeUnitGuess.FindUnit(batch.Rows.Times, taken.EarliestMs, taken.LatestMs) is null)
            {
                return false;
            }
        }

        return true;
    }

    private static IAppendable CopyGood(IAppendable events, EventTimeRange taken)
    {
        if (events is EventBatch batch)
        {
            EventBatch copy = new(batch.EventType, Math.Max(1, batch.Count));
            CopyGood(batch, copy, taken);
            return copy;
        }

        EventGroup given = (EventGroup)events;
        EventGroup group = new(given.Schema, given.Source, capacity: 1)
        {
            Position = given.Position,
            Incarnation = given.Incarnation,
            Generation = given.Generation,
        };
        for (int type = 0; type < given.Batches.Length; type++)
        {
            CopyGood(given.Batches[type], group.Batches[type], taken);
        }

        return group;
    }

    private static void CopyGood(EventBatch given, EventBatch copy, EventTimeRange taken)
    {
        ReadOnlySpan<long> times = given.Rows.Times;
        int start = 0;
        for (int row = 0; row <= times.Length; row++)
        {
            if (row == times.Length || !taken.Holds(times[row]))
            {
                if (row > start)
                {
                    copy.Append(given, start, row - start);
                }

                start = row + 1;
            }
        }
    }
}
