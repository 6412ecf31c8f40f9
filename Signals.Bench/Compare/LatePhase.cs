using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>
/// Reads of users whose newest event came late: up to a million events are ingested, then one for each of up to ten thousand
/// users that is up to ten minutes older than the newest one before it. Nothing is flushed on purpose. A store that keeps rows in
/// the order of their arrival has to sort now.
/// </summary>
internal sealed class LatePhase
{
    private const int Events = 1_000_000;
    private const int MostUsers = 10_000;
    private const int CheckedUsers = 200;

    private readonly EventLog _log;
    private readonly ulong[] _reads;
    private readonly SequenceModel _model;

    /// <summary>Makes the events and the answers, before memory is measured.</summary>
    public LatePhase(EventLog log, ReadPlan plan)
    {
        _log = WithLateEvents(log.Take(Math.Min(log.Count, Events)), plan.Zipf, out ulong[] users);
        _model = new SequenceModel(_log, users.Take(CheckedUsers));
        Random random = new(15);
        _reads = [.. plan.Zipf.Select(_ => users[random.Next(users.Length)])];
    }

    /// <summary>Measures the reads, and returns how many answers are wrong.</summary>
    public int Run(ICandidate candidate, FigureSet figures)
    {
        candidate.Ingest(_log, producers: 1);
        int wrong = AnswerCheck.CountWrong(candidate, _model);
        figures.AddReads("late", ReadPhase.Run(candidate, _reads, ReadShape.OneType));
        return wrong;
    }

    private static EventLog WithLateEvents(EventLog log, ulong[] readers, out ulong[] users)
    {
        Dictionary<ulong, int> newest = [];
        for (int i = 0; i < log.Count; i++)
        {
            if (log.Types[i] == 0 && (!newest.TryGetValue(log.Users[i], out int other) || log.Times[other] < log.Times[i]))
            {
                newest[log.Users[i]] = i;
            }
        }

        users = [.. readers.Where(newest.ContainsKey).Distinct().Take(MostUsers)];
        Random random = new(16);
        EventLog late = log.Take(log.Count, room: log.Count + users.Length);
        for (int i = 0; i < users.Length; i++)
        {
            int added = log.Count + i;
            late.CopyEvent(newest[users[i]], added);
            late.Times[added] -= 1 + random.Next(log.Options.MaxLateMs);
            late.Ids[added] = log.Options.Kind == WorkloadKind.Dense ? (ulong)(log.WholeCount + i) : RandomIds.Item(random.Next());
        }

        return late;
    }
}
