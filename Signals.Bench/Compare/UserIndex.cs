using Signals.Bench.Workloads;

namespace Signals.Bench.Compare;

/// <summary>Where each user's events would be if the log were sorted by user, duplicates included. Immutable.</summary>
internal sealed class UserIndex
{
    private readonly int[] _starts;

    public UserIndex(EventLog log)
    {
        _starts = new int[log.Options.Users + 2];
        foreach (uint user in log.Users)
        {
            _starts[user + 1]++;
        }

        for (int user = 1; user < _starts.Length; user++)
        {
            _starts[user] += _starts[user - 1];
        }
    }

    public int StartOf(uint user) => _starts[user];

    public int CountOf(uint user) => _starts[user + 1] - _starts[user];
}
