namespace Signals.Bench.Candidates;

/// <summary>
/// The newest rows of each type. A candidate fills them one type after the other; then they are merged into one answer. The most
/// frequent type comes first: rows older than its last wanted row cannot be in the answer, so the other lists may end there. Used
/// by one thread; reused.
/// </summary>
internal sealed class TypeLists
{
    private readonly Answer[] _lists = [.. Signals.Bench.Workloads.EventLog.TypeNames.Select(_ => new Answer(ICandidate.ReadRows))];

    /// <summary>Writes the newest rows of one type, none older than the given time, into the list.</summary>
    public delegate void Fill(ulong user, byte type, long oldest, Answer list);

    /// <summary>Answers with the rows of one type, or with the rows of all types merged.</summary>
    public void Read(ulong user, ReadShape shape, Answer answer, Fill fill)
    {
        if (shape == ReadShape.OneType)
        {
            fill(user, 0, long.MinValue, answer);
            return;
        }

        long oldest = long.MinValue;
        for (int type = 0; type < _lists.Length; type++)
        {
            Answer list = _lists[type];
            fill(user, (byte)type, oldest, list);
            oldest = list.Count == ICandidate.ReadRows ? Math.Max(oldest, list.Times[^1]) : oldest;
        }

        Merge(answer);
    }

    private void Merge(Answer answer)
    {
        Span<int> next = stackalloc int[_lists.Length];
        int rows = 0;
        for (; rows < ICandidate.ReadRows; rows++)
        {
            int best = -1;
            for (int type = 0; type < _lists.Length; type++)
            {
                bool newer = next[type] < _lists[type].Count
                    && (best < 0 || _lists[type].Times[next[type]] > _lists[best].Times[next[best]]);
                best = newer ? type : best;
            }

            if (best < 0)
            {
                break;
            }

            answer.CopyRow(rows, _lists[best], next[best]++);
        }

        answer.Count = rows;
    }
}
