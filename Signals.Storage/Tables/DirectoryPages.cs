namespace Signals.Storage.Tables;

/// <summary>
/// Finds the page of a directory that may hold a user. It holds the first user of each page, and a table by the leading bits of
/// these users. When ids are evenly distributed, as numbers and hashes are, the table leads to the page at once. Thread contract:
/// immutable; any thread.
/// </summary>
internal sealed class DirectoryPages
{
    private readonly UserId[] _firstUsers;
    private readonly int[] _firstRows;
    private readonly long[] _offsets;
    private readonly int[] _buckets;
    private readonly bool _isByLow;
    private readonly ulong _least;
    private readonly int _shift;

    /// <summary>Creates the index of the pages of a directory.</summary>
    /// <param name="firstUsers">The first user of each page, ascending.</param>
    /// <param name="firstRows">The first row of each page, followed by the number of all rows.</param>
    /// <param name="offsets">
    /// The offset of each page in the table, followed by the end of the last page. Empty for pages that exist only in memory.
    /// </param>
    public DirectoryPages(UserId[] firstUsers, int[] firstRows, long[] offsets)
    {
        _firstUsers = firstUsers;
        _firstRows = firstRows;
        _offsets = offsets;
        _isByLow = firstUsers[0].High == firstUsers[^1].High;
        _least = KeyOf(firstUsers[0]);
        ulong range = KeyOf(firstUsers[^1]) - _least;
        int bits = System.Numerics.BitOperations.Log2((uint)firstUsers.Length) + 1;
        _shift = Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount(range) - bits);
        _buckets = new int[(range >> _shift) + 2];
        int page = 0;
        for (int bucket = 0; bucket < _buckets.Length; bucket++)
        {
            while (page < firstUsers.Length && (int)((KeyOf(firstUsers[page]) - _least) >> _shift) < bucket)
            {
                page++;
            }

            _buckets[bucket] = page;
        }
    }

    /// <summary>The number of pages.</summary>
    public int Count => _firstUsers.Length;

    /// <summary>Bytes of memory.</summary>
    public long ResidentBytes => (16L * _firstUsers.Length) + (4L * _firstRows.Length) + (8L * _offsets.Length) + (4L * _buckets.Length);

    /// <summary>The first user of a page.</summary>
    public UserId FirstUser(int page) => _firstUsers[page];

    /// <summary>The first row of a page. For the number after the last page, the number of all rows.</summary>
    public int FirstRow(int page) => _firstRows[page];

    /// <summary>The offset of a page in the table.</summary>
    public long Offset(int page) => _offsets[page];

    /// <summary>Prefetches what <see cref="Find(in UserId)"/> reads first.</summary>
    public void Prefetch(in UserId user) => Signals.Storage.Primitives.Prefetch.Line(ref _buckets[BucketOf(user)]);

    /// <summary>The only page that may hold a user; -1 when the user comes before all users.</summary>
    public int Find(in UserId user) => Find(user, out _);

    /// <summary>The same; <paramref name="steps"/> receives the number of users that were compared.</summary>
    public int Find(in UserId user, out int steps)
    {
        steps = 0;
        if (_isByLow && user.High != _firstUsers[0].High)
        {
            return user.High < _firstUsers[0].High ? -1 : Count - 1;
        }

        int bucket = BucketOf(user);
        int low = Math.Max(_buckets[bucket] - 1, 0);
        int high = bucket + 1 < _buckets.Length ? _buckets[bucket + 1] - 1 : Count - 1;
        while (low < high)
        {
            steps++;
            int middle = low + ((high - low + 1) / 2);
            (low, high) = _firstUsers[middle] <= user ? (middle, high) : (low, middle - 1);
        }

        steps++;
        return _firstUsers[low] <= user ? low : -1;
    }

    /// <summary>The page that holds a row.</summary>
    public int FindRow(long row)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            (low, high) = _firstRows[middle] <= row ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private ulong KeyOf(in UserId user) => _isByLow ? user.Low : user.High;

    private int BucketOf(in UserId user)
    {
        ulong key = KeyOf(user);
        ulong bucket = key < _least ? 0 : (key - _least) >> _shift;
        return (int)Math.Min(bucket, (ulong)_buckets.Length - 1);
    }
}
