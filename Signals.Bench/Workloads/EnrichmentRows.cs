namespace Signals.Bench.Workloads;

/// <summary>
/// The distinct events of the most frequent type, in the order in which an offline job hands them over: by user, then newest
/// first, then by id. Each gets the vector of its id. Immutable.
/// </summary>
internal sealed class EnrichmentRows
{
    /// <summary>The event type that is enriched.</summary>
    public const byte Type = 0;

    public EnrichmentRows(EventLog log)
    {
        int[] sorted = [.. Enumerable.Range(0, log.Count).Where(i => log.Types[i] == Type)];
        Array.Sort(sorted, (a, b) => Compare(log, a, b));
        int count = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (count == 0 || Compare(log, sorted[count - 1], sorted[i]) != 0)
            {
                sorted[count++] = sorted[i];
            }
        }

        Log = new EventLog(log.Options, count);
        for (int i = 0; i < count; i++)
        {
            (Log.Users[i], Log.Times[i], Log.Ids[i]) = (log.Users[sorted[i]], log.Times[sorted[i]], log.Ids[sorted[i]]);
        }
    }

    /// <summary>
    /// Users, times and ids of the events, in their order, so that no candidate has to look for them all over the log of arrivals.
    /// </summary>
    public EventLog Log { get; }

    private static int Compare(EventLog log, int a, int b)
    {
        int order = log.Users[a].CompareTo(log.Users[b]);
        order = order != 0 ? order : log.Times[b].CompareTo(log.Times[a]);
        return order != 0 ? order : log.Ids[a].CompareTo(log.Ids[b]);
    }
}
