using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>The right answers for some users, computed from the log in the simplest way. Immutable.</summary>
internal sealed class SequenceModel
{
    private readonly EventLog _log;
    private readonly Dictionary<ulong, List<int>> _events = [];

    public SequenceModel(EventLog log, IEnumerable<ulong> users)
    {
        _log = log;
        foreach (ulong user in users)
        {
            _events[user] = [];
        }

        HashSet<(ulong, byte, long, ulong)> seen = [];
        for (int i = 0; i < log.Count; i++)
        {
            if (_events.TryGetValue(log.Users[i], out List<int>? events) && seen.Add(log.IdentityOf(i)))
            {
                events.Add(i);
            }
        }

        foreach (List<int> events in _events.Values)
        {
            events.Sort(Compare);
        }
    }

    public IReadOnlyCollection<ulong> Users => _events.Keys;

    public void Read(ulong user, ReadShape shape, Answer answer)
    {
        int row = 0;
        foreach (int i in _events[user].Where(i => shape == ReadShape.AllTypes || _log.Types[i] == 0).Take(ICandidate.ReadRows))
        {
            answer.Times[row] = _log.Times[i];
            answer.Ids[row] = _log.Ids[i];
            answer.Types[row] = _log.Types[i];
            answer.Items[row] = _log.Items[i];
            answer.Surfaces[row] = _log.Surfaces[i];
            answer.Actions[row] = _log.Actions[i];
            answer.Dwells[row] = _log.Dwells[i];
            row++;
        }

        answer.Count = row;
    }

    // Compares newest first, then by type, then by id.
    private int Compare(int a, int b)
    {
        int order = _log.Times[b].CompareTo(_log.Times[a]);
        order = order != 0 ? order : _log.Types[a].CompareTo(_log.Types[b]);
        return order != 0 ? order : _log.Ids[a].CompareTo(_log.Ids[b]);
    }
}
