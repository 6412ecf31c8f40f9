namespace Signals.Bench.Workloads;

/// <summary>
/// A fixed number of users whose popularity follows Zipf's law. A user's number says nothing about its popularity. Immutable once
/// made; used by one thread.
/// </summary>
internal sealed class ZipfUsers : IUserSource
{
    private readonly ZipfSampler _popularity;
    private readonly ulong[] _userOfRank;

    public ZipfUsers(WorkloadOptions options)
    {
        _popularity = new ZipfSampler(options.Users, options.ZipfExponent);
        _userOfRank = new ulong[options.Users];
        for (int rank = 0; rank < options.Users; rank++)
        {
            _userOfRank[rank] = options.Kind == WorkloadKind.Dense ? (ulong)rank + 1 : RandomIds.User(rank);
        }

        if (options.Kind == WorkloadKind.Dense)
        {
            new Random(~options.Seed).Shuffle(_userOfRank);
        }
    }

    public int Count => _userOfRank.Length;

    public ulong Next(Random random) => _userOfRank[_popularity.Next(random)];

    public ulong Popular(Random random) => Next(random);

    public ulong OfRank(int rank) => _userOfRank[rank];
}
