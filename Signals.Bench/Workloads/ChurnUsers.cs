namespace Signals.Bench.Workloads;

/// <summary>
/// Users who come, have 3 to 20 events within about a day, and do not come back. At any time a thirtieth of all users is active.
/// Those who are active at the end of the log have had fewer events. Deterministic. Used by one thread.
/// </summary>
internal sealed class ChurnUsers : IUserSource
{
    private const int FewestEvents = 3;
    private const int MostEvents = 20;
    private const double MeanEvents = (FewestEvents + MostEvents) / 2.0;
    private const int ActiveShare = 30;

    private readonly (int Rank, int Left)[] _active;
    private int _next;

    public ChurnUsers(WorkloadOptions options)
    {
        Count = Math.Max(1, (int)(options.Events / MeanEvents));
        _active = new (int, int)[Math.Max(1, Count / ActiveShare)];
    }

    /// <summary>The expected number of users; as many as that are drawn by <see cref="Popular"/>.</summary>
    public int Count { get; }

    public ulong Next(Random random)
    {
        ref (int Rank, int Left) user = ref _active[random.Next(_active.Length)];
        if (user.Left == 0)
        {
            user = (_next++, random.Next(FewestEvents, MostEvents + 1));
        }

        user.Left--;
        return RandomIds.User(user.Rank);
    }

    public ulong Popular(Random random) => RandomIds.User(random.Next(Count));

    public ulong OfRank(int rank) => RandomIds.User(rank);
}
