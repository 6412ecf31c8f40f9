using Signals.Storage.Heads;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Answers one event type of a query from the user's head, when that has all the rows that the query can return.</summary>
/// <remarks>Thread contract: any thread, inside a read epoch; holds no state; allocates nothing.</remarks>
internal static class HeadReader
{
    private const int MostAttempts = 4;

    /// <summary>Adds the rows to the target; nothing when the head does not have all of them.</summary>
    /// <param name="heads">The heads.</param>
    /// <param name="read">The read.</param>
    /// <param name="slot">The place of the event type in the query.</param>
    /// <param name="target">Receives the rows.</param>
    /// <param name="isKnown">Whether the store holds an event of the user and type that is not hidden.</param>
    public static HeadAnswer Read(HeadCache heads, in UserRead read, int slot, in RowTarget target, out bool isKnown)
    {
        int before = target.Count;
        isKnown = false;
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            HeadAnswer answer = TryOpen(heads, read, slot, out OpenHead open);
            isKnown = open.IsKnown;
            if (answer == HeadAnswer.Complete)
            {
                target.Add(open);
                if (open.Rows.IsUnchanged)
                {
                    return HeadAnswer.Complete;
                }

                target.Truncate(before);
            }
            else if (answer != HeadAnswer.Busy)
            {
                return answer;
            }
        }

        return HeadAnswer.Busy;
    }

    /// <summary>Opens the head and chooses the rows that the query can return.</summary>
    /// <param name="heads">The heads.</param>
    /// <param name="read">The read.</param>
    /// <param name="slot">The place of the event type in the query.</param>
    /// <param name="open">The head.</param>
    /// <returns><see cref="HeadAnswer.Complete"/> when the rows are chosen.</returns>
    public static HeadAnswer TryOpen(HeadCache heads, in UserRead read, int slot, out OpenHead open)
    {
        QueryType type = read.Query.Types[slot];
        open = new OpenHead { Map = type.MapTo(heads) };
        if (open.Map.Layout is not HeadLayout layout)
        {
            return HeadAnswer.Missing;
        }

        ReadView view = read.View;
        HeadState state = heads.TryOpen(layout, read.User, read.User.Hash64, view.MemTables, view.Tables, out open.Rows);
        if (state != HeadState.Open)
        {
            return state == HeadState.Missing ? HeadAnswer.Missing : HeadAnswer.Busy;
        }

        TimeBounds bounds = read.BoundsOf(slot, out long hiddenTo);
        open.Rows.PrefetchTimes(bounds.Last);
        if (read.Query.Types.Length == 1)
        {
            open.Rows.PrefetchColumns(open.Map.Positions, 0, Math.Min(bounds.Last, open.Rows.Count));
        }

        bool isEnough = TryChoose(open.Rows, bounds, out open.First, out open.Count)
            && TryTellKnown(open.Rows, hiddenTo, out open.IsKnown)
            && (open.IsKnown || !view.Tables.HasRetractions(type.EventType.Id));

        // What was decided counts no more than what is copied: it was read from the same rows.
        return isEnough ? HeadAnswer.Complete : open.Rows.IsUnchanged ? HeadAnswer.Short : HeadAnswer.Busy;
    }

    /// <summary>The rows of a head that a query returns. False when it may return others, too.</summary>
    private static bool TryChoose(in HeadRows rows, in TimeBounds bounds, out int first, out int count)
    {
        ReadOnlySpan<long> times = rows.Times;
        int skip = times.IsEmpty || times[0] < bounds.To ? 0 : NewestFirst.CountFrom(times, bounds.To);
        first = Math.Min(skip, bounds.Keep);
        int wanted = Math.Max(0, Math.Min(bounds.Keep - first, bounds.Last));
        count = Math.Min(Math.Max(0, times.Length - first), wanted);
        bool hasOlder = count > 0 && times[first + count - 1] < bounds.From;
        if (hasOlder)
        {
            count = Math.Max(0, NewestFirst.CountFrom(times[..(first + count)], bounds.From) - first);
        }

        return hasOlder || count == wanted || rows.CoversFrom <= bounds.From;
    }

    /// <summary>
    /// Tells from the rows whether the store holds an event of the user that is not hidden. False when they do not tell.
    /// </summary>
    private static bool TryTellKnown(in HeadRows rows, long hiddenTo, out bool isKnown)
    {
        isKnown = rows.Count > 0 && rows.Times[0] > hiddenTo;
        return rows.Count > 0 || rows.CoversFrom <= hiddenTo + 1;
    }
}
