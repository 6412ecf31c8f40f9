namespace Signals.Bench.Workloads;

/// <summary>Generates the events of a workload. Deterministic. Used by one thread.</summary>
internal sealed class EventLogGenerator(WorkloadOptions options)
{
    private const int MaxDuplicateDistance = 10_000;
    private static readonly long Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly Random _random = new(options.Seed);
    private readonly ZipfSampler _popularity = new(options.Users, options.ZipfExponent);
    private readonly uint[] _userOfRank = Shuffled(options.Users, options.Seed);

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
                Repeat(log, i, i - 1 - _random.Next(Math.Min(i, MaxDuplicateDistance)));
            }
            else
            {
                Make(log, i, Start + (long)(i * step));
            }
        }

        return log;
    }

    /// <summary>Users to read. They have the same distribution as the events' users.</summary>
    public uint[] PopularUsers(int count, int seed)
    {
        Random random = new(seed);
        uint[] users = new uint[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = _userOfRank[_popularity.Next(random)];
        }

        return users;
    }

    /// <summary>Users to read, all with the same probability.</summary>
    public uint[] UniformUsers(int count, int seed)
    {
        Random random = new(seed);
        uint[] users = new uint[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = 1 + (uint)random.Next(options.Users);
        }

        return users;
    }

    /// <summary>The most popular users, most popular first.</summary>
    public ReadOnlySpan<uint> Top(int count) => _userOfRank.AsSpan(0, count);

    private void Make(EventLog log, int i, long now)
    {
        int share = _random.Next(100);
        log.Users[i] = _userOfRank[_popularity.Next(_random)];
        log.Times[i] = _random.NextDouble() < options.LateShare ? now - _random.Next(options.MaxLateMs) : now;
        log.Ids[i] = (uint)i;
        log.Types[i] = (byte)(share < 80 ? 0 : share < 95 ? 1 : 2);
        log.Items[i] = 1 + (uint)_random.Next(options.Items);
        log.Surfaces[i] = (byte)_random.Next(8);
        log.Actions[i] = (byte)_random.Next(16);
        log.Dwells[i] = (float)(-20.0 * Math.Log(1 - _random.NextDouble()));
    }

    private static void Repeat(EventLog log, int i, int earlier)
    {
        log.Users[i] = log.Users[earlier];
        log.Times[i] = log.Times[earlier];
        log.Ids[i] = log.Ids[earlier];
        log.Types[i] = log.Types[earlier];
        log.Items[i] = log.Items[earlier];
        log.Surfaces[i] = log.Surfaces[earlier];
        log.Actions[i] = log.Actions[earlier];
        log.Dwells[i] = log.Dwells[earlier];
        log.Duplicates++;
    }

    private static uint[] Shuffled(int count, int seed)
    {
        uint[] users = new uint[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = (uint)i + 1;
        }

        new Random(~seed).Shuffle(users);
        return users;
    }
}
