namespace Signals.Bench.Workloads;

/// <summary>Generates the events of a workload. Deterministic. Used by one thread.</summary>
internal sealed class EventLogGenerator(WorkloadOptions options)
{
    private const int MaxDuplicateDistance = 10_000;
    private static readonly long Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly Random _random = new(options.Seed);
    private readonly IUserSource _users = options.Kind == WorkloadKind.Churn ? new ChurnUsers(options) : new ZipfUsers(options);
    private readonly ZipfSampler? _items =
        options.Kind == WorkloadKind.Dense ? null : new ZipfSampler(options.Items, options.ZipfExponent);

    /// <summary>The number of users.</summary>
    public int Users => _users.Count;

    public EventLog Generate() => Generate(options.Events);

    /// <summary>Generates only the first events. They are the same as those at the start of the whole log.</summary>
    public EventLog Generate(int count)
    {
        EventLog log = new(options with { Events = count }, count) { WholeCount = options.Events };
        double step = options.Days * 86_400_000.0 / options.Events;
        for (int i = 0; i < log.Count; i++)
        {
            if (i > 0 && _random.NextDouble() < options.DuplicateShare)
            {
                log.CopyEvent(i - 1 - _random.Next(Math.Min(i, MaxDuplicateDistance)), i);
                log.Duplicates++;
            }
            else
            {
                Make(log, i, Start + (long)(i * step));
            }
        }

        return log;
    }

    /// <summary>Users to read. They have the same distribution as the events' users.</summary>
    public ulong[] PopularUsers(int count, int seed)
    {
        Random random = new(seed);
        ulong[] users = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = _users.Popular(random);
        }

        return users;
    }

    /// <summary>Users to read, all with the same probability.</summary>
    public ulong[] UniformUsers(int count, int seed)
    {
        Random random = new(seed);
        ulong[] users = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = options.Kind == WorkloadKind.Dense ? 1 + (ulong)random.Next(options.Users) : _users.OfRank(random.Next(Users));
        }

        return users;
    }

    /// <summary>The most popular users, most popular first, if they differ.</summary>
    public ulong[] Top(int count) => [.. Enumerable.Range(0, Math.Min(count, Users)).Select(_users.OfRank)];

    private void Make(EventLog log, int i, long now)
    {
        int share = _random.Next(100);
        log.Users[i] = _users.Next(_random);
        log.Times[i] = _random.NextDouble() < options.LateShare ? now - _random.Next(options.MaxLateMs) : now;
        log.Types[i] = (byte)(share < 80 ? 0 : share < 95 ? 1 : 2);
        if (_items is null)
        {
            log.Ids[i] = (ulong)i;
            log.Items[i] = 1 + (uint)_random.Next(options.Items);
        }
        else
        {
            log.Ids[i] = RandomIds.Item(_items.Next(_random));
        }

        log.Surfaces[i] = (byte)_random.Next(8);
        log.Actions[i] = (byte)_random.Next(16);
        log.Dwells[i] = (float)(-20.0 * Math.Log(1 - _random.NextDouble()));
    }
}
