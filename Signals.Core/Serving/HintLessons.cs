using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>Finds out how many rows the reads of one execution needed, and teaches it to the hints of the plan.</summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: that of its <see cref="PlanExecution"/>.</remarks>
internal sealed class HintLessons(SequencePlan plan, RowSet rows)
{
    /// <summary>One of this many reads that needed one fetch checks whether fewer rows would have been enough.</summary>
    private const int ReadsPerLesson = 32;

    private readonly int[] _walked = new int[plan.Types.Length];
    private int _reads;

    /// <summary>
    /// Teaches the hints how many rows reads need. A user that had to be fetched again teaches them when many reads had to fetch
    /// again. A user that needed one fetch teaches them now and then. A group of users teaches them each time.
    /// </summary>
    /// <param name="choices">What was chosen. No stage failed.</param>
    /// <param name="first">How many rows of each slot were asked for first.</param>
    /// <param name="last">How many were asked for last.</param>
    public void Learn(UserChoices choices, ReadOnlySpan<int> first, ReadOnlySpan<int> last)
    {
        int users = choices.UserCount;
        bool isDeep = !last.SequenceEqual(first);
        if (users > 1)
        {
            plan.Hints.LearnEnough(choices.SettledCount);
        }
        else if (isDeep)
        {
            if (!choices.IsSettled(0) || !plan.Hints.LearnDeep(rows.User(0).Hash64, IsFar(first, last)))
            {
                return;
            }
        }
        else
        {
            plan.Hints.LearnEnough(1);
            if (++_reads % ReadsPerLesson != 0)
            {
                return;
            }
        }

        _walked.AsSpan().Clear();
        bool any = false;
        for (int user = 0; user < users; user++)
        {
            any |= Walk(choices, user);
        }

        for (int slot = 0; slot < _walked.Length && any; slot++)
        {
            int needed = (int)Math.Min(last[slot], _walked[slot] + (_walked[slot] / 8L) + 1);
            if (isDeep)
            {
                plan.Hints.Raise(slot, needed);
            }
            else
            {
                plan.Hints.Lower(slot, needed);
            }
        }
    }

    /// <summary>Whether the read needed more than twice as many rows as were asked for first.</summary>
    private static bool IsFar(ReadOnlySpan<int> first, ReadOnlySpan<int> last)
    {
        bool isFar = false;
        for (int slot = 0; slot < last.Length; slot++)
        {
            isFar |= last[slot] > 2L * Math.Max(1, first[slot]);
        }

        return isFar;
    }

    /// <summary>
    /// Raises the needed number of rows of each slot to what this user needed. False when this user says nothing about others.
    /// </summary>
    private bool Walk(UserChoices choices, int user)
    {
        // An answer that is not full used all rows that there are. In a group, however, the fetch may have cut them off.
        ReadOnlySpan<int> chosen = choices.Of(user);
        bool isFull = chosen.Length == plan.Size && plan.Size > 0;
        int end = isFull ? (plan.OldestFirst ? chosen[0] : chosen[^1]) + 1 : rows.Offsets[user + 1];
        ReadOnlySpan<ushort> types = rows.EventTypes[rows.Offsets[user]..end];
        if (types.IsEmpty || (!isFull && choices.UserCount > 1))
        {
            return false;
        }

        for (int slot = 0; slot < _walked.Length; slot++)
        {
            _walked[slot] = Math.Max(_walked[slot], types.Count(plan.Types[slot].Id));
        }

        return true;
    }
}
