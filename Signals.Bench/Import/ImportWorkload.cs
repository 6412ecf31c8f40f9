using Signals.Bench.Workloads;

namespace Signals.Bench.Import;

/// <summary>
/// The events to enrich, and the vector that each of them gets: 64 signed bytes that are computed from the event's id. Immutable.
/// </summary>
internal sealed class ImportWorkload
{
    public ImportWorkload(int events, int users)
    {
        EventLogGenerator generator = new(new WorkloadOptions { Events = events, Users = users, DuplicateShare = 0 });
        Log = generator.Generate();
        Readers = generator.PopularUsers(100_000, seed: 21);
        Sorted = new int[events];
        for (int i = 0; i < events; i++)
        {
            Sorted[i] = i;
        }

        // By user, then newest first, then by id. Both stores keep this order.
        Array.Sort(Sorted, Compare);
    }

    public EventLog Log { get; }

    /// <summary>The indexes of all events in the order of user, time descending, id.</summary>
    public int[] Sorted { get; }

    /// <summary>The users to read. They have the same distribution as the events' users.</summary>
    public ulong[] Readers { get; }

    private int Compare(int a, int b)
    {
        int order = Log.Users[a].CompareTo(Log.Users[b]);
        order = order != 0 ? order : Log.Times[b].CompareTo(Log.Times[a]);
        return order != 0 ? order : Log.Ids[a].CompareTo(Log.Ids[b]);
    }
}
