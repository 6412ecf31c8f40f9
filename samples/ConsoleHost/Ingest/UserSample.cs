using Signals.Samples.ConsoleHost.Generation;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>
/// A uniform sample of the users of all events seen (reservoir sampling, Vitter's algorithm R), so busy users are in it as often
/// as real traffic would ask for them. Seeded. One thread.
/// </summary>
internal sealed class UserSample(ulong seed)
{
    private const int Capacity = 1 << 16;
    private readonly List<UserId> _users = [];
    private SampleRandom _random = new(seed);
    private long _seen;

    /// <summary>Number of users held; one may be there several times.</summary>
    public int Count => _users.Count;

    /// <summary>User <paramref name="index"/> of the sample.</summary>
    public UserId this[int index] => _users[index];

    /// <summary>Shows the user of one more event.</summary>
    public void Offer(UserId user)
    {
        _seen++;
        if (_users.Count < Capacity)
        {
            _users.Add(user);
            return;
        }
        ulong place = _random.Next() % (ulong)_seen;
        if (place < Capacity)
        {
            _users[(int)place] = user;
        }
    }
}
