namespace Signals.Bench.Workloads;

/// <summary>
/// The distinct events of the most frequent type, in the order in which an offline job hands them over: by user, then newest
/// first, then by id. Each gets the vector of its id. Immutable.
/// </summary>
internal sealed class EnrichmentRows
{
    /// <summary>The event type that is enriched.</summary>
    public const byte Type = 0;

    private readonly int[] _events;

    public EnrichmentRows(EventLog log)
    {
        Log = log;
        int[] sorted = [.. Enumerable.Range(0, log.Count).Where(i => log.Types[i] == Type)];
        Array.Sort(sorted, Compare);
        int count = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (count == 0 || Compare(sorted[count - 1], sorted[i]) != 0)
            {
                sorted[count++] = sorted[i];
            }
        }

        _events = sorted[..count];
    }

    public EventLog Log { get; }

    /// <summary>The indexes of the events.</summary>
    public ReadOnlySpan<int> Events => _events;

    private int Compare(int a, int b)
    {
        int order = Log.Users[a].CompareTo(Log.Users[b]);
        order = order != 0 ? order : Log.Times[b].CompareTo(Log.Times[a]);
        return order != 0 ? order : Log.Ids[a].CompareTo(Log.Ids[b]);
    }
}
