namespace Signals.Bench.Compare;

/// <summary>Where each user's events would be if the log were sorted by user, duplicates included. Immutable.</summary>
internal sealed class UserIndex
{
    private readonly ulong[] _sorted;

    public UserIndex(EventLog log)
    {
        _sorted = [.. log.Users];
        Array.Sort(_sorted);
    }

    /// <summary>The places of the events of each of these users.</summary>
    public (int Start, int Count)[] RangesOf(ulong[] users) => [.. users.Select(user =>
    {
        int start = FirstFrom(user);
        return (start, user == ulong.MaxValue ? _sorted.Length - start : FirstFrom(user + 1) - start);
    })];

    // The place of the first event whose user is not below the given one.
    private int FirstFrom(ulong user)
    {
        int low = 0;
        int high = _sorted.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_sorted[middle] < user)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
